/** Above a conversation: its title and who is in it now. Opens the details. */
import type { PresenceState } from "../../client/presence/presence-state.ts";
import type { RoomState } from "../../client/room/room-state.ts";
import type { User } from "../../protocol/model.ts";
import { personStatus } from "../people/person-status.ts";
import { useChat } from "../chat-context.ts";
import { CloseChat } from "../close-chat.tsx";
import { ViewLink } from "../view-link.tsx";
import { otherMember, threadTitle } from "../../view/text/thread-title.ts";
import { Avatar } from "../ui/avatar.tsx";
import { isolated } from "../../view/text/bidi.ts";
import { BackIcon } from "../ui/icons.tsx";
import { settingsTexts } from "../../view/text/settings-text.ts";
import { formatNames } from "../../view/text/name-list.ts";
import { Text, UserText } from "../ui/text.tsx";
import { today } from "../../view/text/today.ts";
import { useStore } from "../ui/use-store.ts";
import "./conversation-header.css";

export interface ConversationHeaderProps {
  state: RoomState;
  user: User;
  /** Who is online, by user id, as far as that is known. */
  presence: PresenceState["presence"];
  onOpenDetails: () => void;
}

export function ConversationHeader({ state, user, presence, onOpenDetails }: ConversationHeaderProps) {
  const { language, views } = useChat();
  const { hasList, heading } = views;
  const { thread, online } = state;
  const startOfToday = useStore(today);
  const members = state.members.map((member) => member.user);
  const titled = thread && { ...thread, members, memberCount: state.memberCount };
  const title = titled ? threadTitle(titled, user.id) : "Chat";
  const other = titled && otherMember(titled, user.id);
  const isOtherHere = online.some(({ id }) => id === other?.id);
  const status = personStatus(isOtherHere, presence[other?.id ?? ""], startOfToday, language);
  return (
    <header class="conversation-header">
      {hasList && (
        <ViewLink
          threadId={undefined}
          class="icon-button conversation-header-back"
          aria-label="Back to chats"
        >
          <BackIcon />
        </ViewLink>
      )}
      <div class="conversation-header-title">
        {thread && (
          <Avatar
            id={other?.id ?? thread.id}
            name={title}
            avatarUrl={other?.avatarUrl}
            online={other && status.online}
          />
        )}
        <div class="conversation-header-text">
          <UserText as={heading} text={title} />
          <p class="note" data-testid="here">
            {state.connection === "open" && <Text>{hereText(state, user) ?? status.text}</Text>}
          </p>
        </div>
        {/* On top of the title instead of around it, so that the title stays a heading and the line below is read out. */}
        {thread && state.connection !== "stopped" && (
          <button
            type="button"
            class="conversation-header-button"
            aria-label={`${isolated(title)}: details`}
            aria-haspopup="dialog"
            onClick={onOpenDetails}
          />
        )}
      </div>
      <CloseChat />
    </header>
  );
}

/** Who has the thread open, how many are in it, and what keeps them from writing; undefined where nobody else is in a direct thread. */
function hereText(state: RoomState, user: User): string | undefined {
  const here = othersHere(state, user);
  if (state.thread?.kind === "direct") return here;
  const { memberCount } = state;
  const size = `${memberCount} ${memberCount === 1 ? "member" : "members"}`;
  // First, since a narrow line is cut at its end.
  const parts = [...settingsTexts(state.thread ?? {}), ...(here === undefined ? [] : [here]), size];
  return parts.join(" · ");
}

function othersHere({ online, onlineCount }: RoomState, user: User): string | undefined {
  const others = online.filter(({ id }) => id !== user.id).map(({ name }) => isolated(name));
  if (others.length === 0) {
    // In a large room only the number of those here is known, not who they are.
    return onlineCount > 1 ? `${onlineCount} people are here` : undefined;
  }
  // The list of those here is limited; the count is not.
  const unlisted = Math.max(0, onlineCount - online.length);
  const names =
    unlisted > 0
      ? `${formatNames(others.slice(0, 2), 2)} and ${onlineCount - 3} others`
      : formatNames(others, 3);
  return `${names} ${others.length === 1 ? "is" : "are"} here`;
}
