/** The dialog about a thread: its name, its members, and the changes that the user has the right to. */
import type { PresenceState } from "../../client/presence/presence-state.ts";
import type { RoomState } from "../../client/room/room-state.ts";
import type { ThreadInfo, User } from "../../protocol/model.ts";
// The same rules as on the server, so that the page offers only what the server would allow.
import { may, mayAdd, standingOf } from "../../protocol/rights.ts";
import { useChat } from "../chat-context.ts";
import { personStatus, type PersonStatus } from "../people/person-status.ts";
import { otherMember, threadTitle } from "../../view/text/thread-title.ts";
import { lazily } from "../ui/lazily.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { AddMembers } from "./add-members.tsx";
import { LeaveOrDelete } from "./leave-or-delete.tsx";
import { DirectActions } from "./direct-actions.tsx";
import { MemberList } from "./member-list.tsx";
import { ThreadTitle } from "./thread-title.tsx";
import { today } from "../../view/text/today.ts";
import { useSelected, useStore } from "../ui/use-store.ts";
import "./thread-details.css";

const ModerationTools = lazily(
  () => import("../moderation/moderation-tools.tsx"),
  (module) => module.ModerationTools,
);

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
  const { client, language } = useChat();
  const knownReports = useSelected(client.presence(), (shown) => shown.reports[thread.id]);
  const people = state.members.map((member) => member.user);
  const titled = { ...thread, members: people, memberCount: state.memberCount };
  const ownStanding = state.you ? standingOf(state.you, Date.now()) : null;

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
        {other && other.id !== user.id && <DirectActions threadId={thread.id} other={other} user={user} />}
      </Dialog>
    );
  }
  return (
    <Dialog title="Details" onClose={onClose}>
      <ThreadTitle
        thread={thread}
        title={threadTitle(titled, user.id)}
        mayRename={may("change the thread", thread.kind, ownStanding)}
      />
      {typeof thread.topic === "string" && <UserText as="p" text={thread.topic} />}
      <MemberList
        thread={thread}
        state={state}
        user={user}
        ownStanding={ownStanding}
        onLoadMore={onLoadMoreMembers}
      >
        {mayAdd(thread.kind, ownStanding, false, "member") && (
          <AddMembers threadId={thread.id} members={people} />
        )}
      </MemberList>
      {may("change the thread", thread.kind, ownStanding) && (
        <ModerationTools thread={thread} ownStanding={ownStanding} knownReports={knownReports} />
      )}
      <LeaveOrDelete thread={thread} user={user} ownStanding={ownStanding} />
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
