/** The members of a thread, each with a menu of what the user may do about them. */
import type { ReactElement } from "react";
import type { RoomState } from "../../client/client.ts";
import type { MemberListProps } from "../component-props.ts";
import { areObjectsEqual } from "../hooks/use-selected.ts";
import { useThreadActions, useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { classNames } from "../ui/class-names.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { MemberItem } from "./member-item.tsx";

const shownOf = ({ members, memberCount, online }: RoomState) => ({ members, memberCount, online });

export function MemberList(props: MemberListProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const { members, memberCount, online } = useThreadState(thread, shownOf, areObjectsEqual);
  const { loadMembers } = useThreadActions(thread);
  const { busy, error, run } = useRequestAction();
  const hereIds = new Set(online.map(({ id }) => id));
  return (
    <section
      className={classNames("lilypad", "lilypad-members", props.className)}
      aria-label={labels.members(memberCount)}
      tabIndex={-1}
    >
      <h3 aria-hidden="true">
        <Text>{labels.members(memberCount)}</Text>
      </h3>
      <ul>
        {members.map((member) => (
          <MemberItem
            key={member.user.id}
            thread={thread}
            member={member}
            here={hereIds.has(member.user.id)}
          />
        ))}
      </ul>
      <ErrorMessage text={error} />
      {members.length < memberCount && (
        <button
          type="button"
          className="lilypad-quiet-button"
          aria-disabled={busy}
          onClick={() => void run(loadMembers)}
        >
          <Text>{labels.showMoreEntries}</Text>
        </button>
      )}
    </section>
  );
}
