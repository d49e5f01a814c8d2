/** The dialog about a thread: what it is called, who is in it, and what one may change of that. */
import type { RoomState } from "../../client/room/room-state.ts";
import type { ThreadInfo, User } from "../../protocol/model.ts";
// The rights that the server decides by: what is refused there is not offered here.
import { may, mayAdd } from "../../protocol/rights.ts";
import { Avatar } from "../ui/avatar.tsx";
import { DetailsAdd } from "./add-members.tsx";
import { DetailsEnd } from "./leave-or-delete.tsx";
import { DetailsMembers } from "./member-list.tsx";
import { DetailsName } from "./thread-name.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { otherIn, titleOf } from "../thread-list/thread-title.ts";
import "./thread-details.css";

export interface ThreadDetailsProps {
  thread: ThreadInfo;
  state: RoomState;
  user: User;
  onMoreMembers: () => Promise<void>;
  onClose: () => void;
}

export function ThreadDetails({ thread, state, user, onMoreMembers, onClose }: ThreadDetailsProps) {
  const people = state.members.map((member) => member.user);
  const titled = { ...thread, members: people };
  const standing = state.you?.role ?? null;

  if (thread.kind === "direct") {
    const other = otherIn(titled, user.id);
    return (
      <Dialog title="Details" onClose={onClose}>
        {other && <Person person={other} here={state.online.some(({ id }) => id === other.id)} />}
      </Dialog>
    );
  }
  return (
    <Dialog title="Details" onClose={onClose}>
      <DetailsName
        thread={thread}
        title={titleOf(titled, user.id)}
        mayRename={may("rename", thread.kind, standing)}
      />
      <DetailsMembers
        thread={thread}
        state={state}
        user={user}
        standing={standing}
        onMore={onMoreMembers}
        add={
          mayAdd(thread.kind, standing, false, "member") && (
            <DetailsAdd threadId={thread.id} members={people} />
          )
        }
      />
      <DetailsEnd thread={thread} user={user} standing={standing} />
    </Dialog>
  );
}

function Person({ person, here }: { person: User; here: boolean }) {
  return (
    <div class="details-person">
      <Avatar id={person.id} name={person.name} avatarUrl={person.avatarUrl} />
      <p class="details-name" dir="auto">
        {person.name}
      </p>
      <p class="note">{here ? "In this chat now" : "Not in this chat now"}</p>
    </div>
  );
}
