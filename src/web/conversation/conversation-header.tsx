/** Above a conversation: what it is called, and who is here. */
import type { RoomState } from "../../client/room/room-state.ts";
import type { User } from "../../protocol/model.ts";
import { Avatar } from "../ui/avatar.tsx";
import { BackIcon } from "../ui/icons.tsx";
import { Link } from "../router.tsx";
import { namesOf, otherIn, titleOf } from "../thread-list/thread-title.ts";
import "./conversation-header.css";

export interface RoomHeaderProps {
  state: RoomState;
  user: User;
  onDetails: () => void;
}

export function RoomHeader({ state, user, onDetails }: RoomHeaderProps) {
  const { thread, online } = state;
  const members = state.members.map((member) => member.user);
  const title = thread ? titleOf({ ...thread, members }, user.id) : "";
  const other = thread && otherIn({ ...thread, members }, user.id);
  return (
    <header class="room-header">
      <Link href="/chat" class="icon-button room-back" aria-label="Back to chats">
        <BackIcon />
      </Link>
      <div class="room-header-title">
        {thread && (
          <Avatar
            id={other?.id ?? thread.id}
            name={title}
            avatarUrl={other?.avatarUrl}
            online={other && online.some(({ id }) => id === other.id)}
          />
        )}
        <div class="room-header-text">
          <h2 dir="auto">{title}</h2>
          <p class="note" data-testid="here">
            {state.connection === "open" && hereText(state, user)}
          </p>
        </div>
        {/* Over the title rather than around it, so that it stays a heading and its line is read out. */}
        {thread && state.connection !== "stopped" && (
          <button
            type="button"
            class="room-header-button"
            aria-label="Details"
            aria-haspopup="dialog"
            onClick={onDetails}
          />
        )}
      </div>
    </header>
  );
}

function hereText({ online, onlineCount, memberCount, thread }: RoomState, user: User): string {
  const others = online.filter(({ id }) => id !== user.id).map(({ name }) => name);
  const size =
    thread?.kind === "direct" ? "" : ` · ${memberCount} ${memberCount === 1 ? "member" : "members"}`;
  // A large room tells how many are in it, not who.
  if (others.length === 0 && onlineCount > 1) return `${onlineCount} people are here${size}`;
  if (others.length === 0) return `Only you are here${size}`;
  // Beyond the first 200 there are people who are counted and not listed.
  const unlisted = Math.max(0, onlineCount - online.length);
  const names =
    unlisted > 0 ? `${namesOf(others.slice(0, 2), 2)} and ${onlineCount - 3} others` : namesOf(others, 3);
  return `${names} ${others.length === 1 ? "is" : "are"} here${size}`;
}
