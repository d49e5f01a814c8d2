/** The menu of a message: react, reply, report, and what the user has the right to do to it and to its author. */
import type { Message, User } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import { Menu } from "../ui/menu.tsx";
import type { MessageActions } from "./message-actions.ts";
import "./message-menu.css";

const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

export interface MessageMenuProps {
  message: Message;
  user: User;
  onEdit: () => void;
  actions: MessageActions;
}

export function MessageMenu({ message, user, onEdit, actions }: MessageMenuProps) {
  const { seq } = message;
  const hasReacted = (emoji: string) =>
    message.reactions?.some((one) => one.emoji === emoji && one.mine) ?? false;

  return (
    <div class="message-menu">
      <Menu label="Message actions">
        <div class="message-menu-emoji">
          {QUICK_REACTIONS.map((emoji) => (
            <button
              key={emoji}
              type="button"
              class="icon-button"
              aria-label={`React with ${emoji}`}
              aria-pressed={hasReacted(emoji)}
              onClick={() => actions.toggleReaction(seq, emoji, hasReacted(emoji))}
            >
              {emoji}
            </button>
          ))}
        </div>
        <button type="button" class="button-quiet" onClick={() => actions.reply(seq)}>
          Reply
        </button>
        {message.author.id === user.id && (
          <button type="button" class="button-quiet" onClick={onEdit}>
            Edit
          </button>
        )}
        {message.author.id !== user.id && !isHost(message.author) && (
          <button type="button" class="button-quiet" onClick={() => actions.report(message)}>
            Report…
          </button>
        )}
        {actions.mayRestrain(message) && (
          <>
            <button type="button" class="button-quiet" onClick={() => actions.restrain("timeout", message)}>
              Time out author…
            </button>
            <button
              type="button"
              class="button-quiet button-danger"
              onClick={() => actions.restrain("ban", message)}
            >
              Ban author…
            </button>
          </>
        )}
        {actions.mayDelete(message) && (
          <button type="button" class="button-quiet button-danger" onClick={() => actions.delete(message)}>
            Delete
          </button>
        )}
      </Menu>
    </div>
  );
}
