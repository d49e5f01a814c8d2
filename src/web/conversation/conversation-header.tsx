/** Above a conversation: its title and who is in it now. Opens the details. */
import type { RoomState } from "../../client/room/room-state.ts";
import type { User } from "../../protocol/model.ts";
import { Link } from "../router.tsx";
import { otherMember, threadTitle } from "../thread-list/thread-title.ts";
import { Avatar } from "../ui/avatar.tsx";
import { isolated } from "../ui/bidi.ts";
import { BackIcon } from "../ui/icons.tsx";
import { formatNames } from "../ui/name-list.ts";
import { Text, UserText } from "../ui/text.tsx";
import "./conversation-header.css";

export interface ConversationHeaderProps {
  state: RoomState;
  user: User;
  onOpenDetails: () => void;
}

export function ConversationHeader({ state, user, onOpenDetails }: ConversationHeaderProps) {
  const { thread, online } = state;
  const members = state.members.map((member) => member.user);
  const title = thread ? threadTitle({ ...thread, members }, user.id) : "";
  const other = thread && otherMember({ ...thread, members }, user.id);
  return (
    <header class="conversation-header">
      <Link href="/chat" class="icon-button conversation-header-back" aria-label="Back to chats">
        <BackIcon />
      </Link>
      <div class="conversation-header-title">
        {thread && (
          <Avatar
            id={other?.id ?? thread.id}
            name={title}
            avatarUrl={other?.avatarUrl}
            online={other && online.some(({ id }) => id === other.id)}
          />
        )}
        <div class="conversation-header-text">
          <UserText as="h2" text={title} />
          <p class="note" data-testid="here">
            {state.connection === "open" && <Text>{onlineText(state, user)}</Text>}
          </p>
        </div>
        {/* On top of the title instead of around it, so that the title stays a heading and the line below is read out. */}
        {thread && state.connection !== "stopped" && (
          <button
            type="button"
            class="conversation-header-button"
            aria-label="Details"
            aria-haspopup="dialog"
            onClick={onOpenDetails}
          />
        )}
      </div>
    </header>
  );
}

function onlineText({ online, onlineCount, memberCount, thread }: RoomState, user: User): string {
  const others = online.filter(({ id }) => id !== user.id).map(({ name }) => isolated(name));
  const size =
    thread?.kind === "direct" ? "" : ` · ${memberCount} ${memberCount === 1 ? "member" : "members"}`;
  // In a large room only the number of those online is known, not who they are.
  if (others.length === 0 && onlineCount > 1) return `${onlineCount} people are here${size}`;
  if (others.length === 0) return `Only you are here${size}`;
  // The list of those online is limited; the count is not.
  const unlisted = Math.max(0, onlineCount - online.length);
  const names =
    unlisted > 0
      ? `${formatNames(others.slice(0, 2), 2)} and ${onlineCount - 3} others`
      : formatNames(others, 3);
  return `${names} ${others.length === 1 ? "is" : "are"} here${size}`;
}
