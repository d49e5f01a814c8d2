/** Above a thread: its title, its topic, and how many are in it or whether the other one is here. */
import type { ThreadHeaderProps } from "../component-props.ts";
import { useContext, useMemo, type ReactElement } from "react";
import { otherMember, threadTitle } from "../../view/text/thread-title.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { areObjectsEqual } from "../hooks/use-selected.ts";
import { useLabels } from "../labels.ts";
import { Avatar as DefaultAvatar } from "../ui/avatar.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { ThreadContext, useThreadName } from "./thread-context.tsx";

export function ThreadHeader(props: ThreadHeaderProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const { components } = useContext(ThreadContext);
  const Avatar = components.Avatar ?? DefaultAvatar;
  const { info, members, memberCount, online, user } = useThreadState(
    thread,
    (state) => ({
      info: state.thread,
      members: state.members,
      memberCount: state.memberCount,
      online: state.online,
      user: state.user,
    }),
    areObjectsEqual,
  );
  const titled = useMemo(
    () => info && { ...info, members: members.map((member) => member.user), memberCount },
    [info, members, memberCount],
  );
  // Of the same height before anything is known.
  if (!titled || !user) return <header className="lilypad-header" aria-busy="true" />;
  const title = threadTitle(titled, user.id, labels);
  const other = otherMember(titled, user.id);
  const topic = titled.topic ?? undefined;
  const isOtherHere = online.some((one) => one.id === other?.id);
  return (
    <header className="lilypad-header">
      <Avatar id={other?.id ?? titled.id} name={title} avatarUrl={other?.avatarUrl} online={isOtherHere} />
      <div className="lilypad-header-text">
        <h2 className="lilypad-header-title">
          <UserText text={title} />
        </h2>
        <p className="lilypad-header-note" title={topic}>
          {titled.kind !== "direct" && <Text>{labels.members(memberCount)}</Text>}
          {topic !== undefined && (
            <>
              {" · "}
              <UserText className="lilypad-header-topic" text={topic} />
            </>
          )}
          {titled.kind === "direct" && isOtherHere && <Text>{labels.online}</Text>}
        </p>
      </div>
    </header>
  );
}
