/** Who is in a thread, in the order of joining. */
import type { ComponentChildren } from "preact";
import { useCallback, useRef } from "preact/hooks";
import type { RoomState } from "../../client/room/room-state.ts";
import type { ThreadInfo, User } from "../../protocol/model.ts";
import type { Standing } from "../../protocol/rights.ts";
import { DetailsMember } from "./member-row.tsx";
import { Failure } from "../ui/error-message.tsx";
import { handOver } from "../ui/focus-handoff.ts";
import { useTask } from "../ui/use-async-action.ts";

export interface DetailsMembersProps {
  thread: ThreadInfo;
  state: Pick<RoomState, "members" | "memberCount" | "online">;
  user: User;
  standing: Standing;
  onMore: () => Promise<void>;
  /** What adds people, above those who are there. */
  add: ComponentChildren;
}

export function DetailsMembers({ thread, state, user, standing, onMore, add }: DetailsMembersProps) {
  const { members, memberCount } = state;
  const { busy, error, run } = useTask();
  const part = useRef<HTMLElement>(null);
  const onRemoved = useCallback(() => part.current?.focus(), []);
  const here = new Set(state.online.map(({ id }) => id));
  return (
    <section ref={part} class="dialog-part details-members" tabIndex={-1} aria-labelledby="members">
      <h3 id="members" class="note">
        {memberCount} {memberCount === 1 ? "member" : "members"}
      </h3>
      {add}
      <ul aria-labelledby="members">
        {members.map((member) => (
          <DetailsMember
            key={member.user.id}
            thread={thread}
            member={member}
            own={member.user.id === user.id}
            here={here.has(member.user.id)}
            standing={standing}
            onRemoved={onRemoved}
          />
        ))}
      </ul>
      <Failure text={error} />
      {members.length < memberCount && (
        <button
          ref={handOver}
          type="button"
          class="button-quiet"
          aria-disabled={busy}
          onClick={() => void run(onMore)}
        >
          Show more
        </button>
      )}
    </section>
  );
}
