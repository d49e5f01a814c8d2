/** The dialog about a thread: its name, its members, and the changes that the user has the right to. */
import type { PresenceState } from "../../client/presence/presence-state.ts";
import type { RoomState } from "../../client/room/room-state.ts";
import type { ThreadInfo, User } from "../../protocol/model.ts";
// The same rules as on the server, so that the page offers only what the server would allow.
import { may, mayAdd } from "../../protocol/rights.ts";
import { useChat } from "../chat.ts";
import { personStatus, type PersonStatus } from "../people/person-status.ts";
import { otherMember, threadTitle } from "../../view/text/thread-title.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { AddMembers } from "./add-members.tsx";
import { LeaveOrDelete } from "./leave-or-delete.tsx";
import { MemberList } from "./member-list.tsx";
import { ThreadName } from "./thread-name.tsx";
import { today } from "../../view/text/today.ts";
import { useStore } from "../ui/use-store.ts";
import "./thread-details.css";

export interface ThreadDetailsProps {
  thread: ThreadInfo;
  state: RoomState;
  user: User;
  /** Who is online, by user id, as far as that is known. */
  presence: PresenceState["presence"];
  onLoadMoreMembers: () => Promise<void>;
  onClose: () => void;
}

export function ThreadDetails({
  thread,
  state,
  user,
  presence,
  onLoadMoreMembers,
  onClose,
}: ThreadDetailsProps) {
  const startOfToday = useStore(today);
  const { language } = useChat();
  const people = state.members.map((member) => member.user);
  const titled = { ...thread, members: people, memberCount: state.memberCount };
  const ownRole = state.you?.role ?? null;

  if (thread.kind === "direct") {
    const other = otherMember(titled, user.id);
    return (
      <Dialog title="Details" onClose={onClose}>
        {other && (
          <Person
            person={other}
            status={personStatus(
              state.online.some(({ id }) => id === other.id),
              presence[other.id],
              startOfToday,
              language,
            )}
          />
        )}
      </Dialog>
    );
  }
  return (
    <Dialog title="Details" onClose={onClose}>
      <ThreadName
        thread={thread}
        title={threadTitle(titled, user.id)}
        mayRename={may("change the thread", thread.kind, ownRole)}
      />
      <MemberList thread={thread} state={state} user={user} ownRole={ownRole} onLoadMore={onLoadMoreMembers}>
        {mayAdd(thread.kind, ownRole, false, "member") && (
          <AddMembers threadId={thread.id} members={people} />
        )}
      </MemberList>
      <LeaveOrDelete thread={thread} user={user} ownRole={ownRole} />
    </Dialog>
  );
}

function Person({ person, status }: { person: User; status: PersonStatus }) {
  return (
    <div class="thread-details-person">
      <Avatar id={person.id} name={person.name} avatarUrl={person.avatarUrl} online={status.online} />
      <UserText as="p" class="thread-details-title" text={person.name} />
      <p class="note">
        <Text>{status.text}</Text>
      </p>
    </div>
  );
}
