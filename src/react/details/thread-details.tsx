/** What is known of a thread, and what the user may do about it and its members. */
import { useContext, type ReactElement } from "react";
import type { RoomState } from "../../client/client.ts";
import { otherMember } from "../../view/text/thread-title.ts";
import type { ThreadDetailsProps } from "../component-props.ts";
import { areObjectsEqual } from "../hooks/use-selected.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { ModerationTools } from "../moderation/moderation-tools.tsx";
import { ThreadContext, useThreadName } from "../thread/thread-context.tsx";
import { Avatar as DefaultAvatar } from "../ui/avatar.tsx";
import { classNames } from "../ui/class-names.ts";
import { UserText } from "../ui/text.tsx";
import { DirectActions } from "./direct-actions.tsx";
import { LeaveThread } from "./leave-thread.tsx";
import { MemberList } from "./member-list.tsx";

const shownOf = ({ thread, user, members, you }: RoomState) => ({ info: thread, user, members, you });

/** Nothing until the thread is loaded. */
export function ThreadDetails(props: ThreadDetailsProps): ReactElement | null {
  const thread = useThreadName(props.thread);
  const context = useContext(ThreadContext);
  const Avatar = context.components.Avatar ?? DefaultAvatar;
  const { info, user, members, you } = useThreadState(thread, shownOf, areObjectsEqual);
  if (!info || !user) return null;
  const onLeave = () => (props.onLeave ?? context.onLeave)?.();
  const className = classNames("lilypad", "lilypad-details", props.className);
  if (info.kind === "direct") {
    const other = otherMember({ ...info, members: members.map((member) => member.user) }, user.id);
    return (
      <div className={className}>
        {other && (
          <p className="lilypad-details-person">
            <Avatar id={other.id} name={other.name} avatarUrl={other.avatarUrl} />
            <UserText text={other.name} />
          </p>
        )}
        {other && other.id !== user.id && (
          <DirectActions thread={info.id} userId={user.id} other={other} onLeave={onLeave} />
        )}
      </div>
    );
  }
  return (
    <div className={className}>
      {typeof info.topic === "string" && (
        <p>
          <UserText text={info.topic} />
        </p>
      )}
      <MemberList thread={thread} />
      {you && <ModerationTools thread={thread} />}
      {you && <LeaveThread thread={thread} onLeave={onLeave} />}
    </div>
  );
}
