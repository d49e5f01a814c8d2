/** The members of a thread, in the order in which they joined. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { RoomState } from "../../client/room/room-state.ts";
import type { ThreadInfo, User } from "../../protocol/model.ts";
import type { Standing } from "../../protocol/rights.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { Text } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { MemberRow } from "./member-row.tsx";
import "./member-list.css";

export interface MemberListProps {
  thread: ThreadInfo;
  state: Pick<RoomState, "members" | "memberCount" | "online">;
  user: User;
  ownStanding: Standing;
  onLoadMore: () => Promise<void>;
  /** Above the list: the control that adds members. */
  children: ComponentChildren;
}

export function MemberList({ thread, state, user, ownStanding, onLoadMore, children }: MemberListProps) {
  const { members, memberCount } = state;
  const { busy, error, run } = useRequestAction();
  const section = useRef<HTMLElement>(null);
  // A member's row that goes takes the focus with it, where it or a dialog of it had the focus.
  useLayoutEffect(() => {
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
  }, [members]);
  const hereIds = new Set(state.online.map(({ id }) => id));
  return (
    <section ref={section} class="dialog-part member-list" tabIndex={-1} aria-labelledby="members">
      <h3 id="members" class="member-list-count note">
        <Text>{`${memberCount} ${memberCount === 1 ? "member" : "members"}`}</Text>
      </h3>
      {children}
      <ul aria-labelledby="members">
        {members.map((member) => (
          <MemberRow
            key={member.user.id}
            thread={thread}
            member={member}
            own={member.user.id === user.id}
            here={hereIds.has(member.user.id)}
            ownStanding={ownStanding}
          />
        ))}
      </ul>
      <ErrorMessage text={error} />
      {members.length < memberCount && (
        <button
          ref={handOffFocus}
          type="button"
          class="button-quiet"
          aria-disabled={busy}
          onClick={() => void run(onLoadMore)}
        >
          Show more
        </button>
      )}
    </section>
  );
}
