/** What one can do with a message: react, and edit or delete one's own. */
import { useEffect, useRef } from "preact/hooks";
import type { Message, User } from "../protocol/model.ts";
import { MoreIcon } from "./icons.tsx";
import type { MessageActions } from "./message-actions.ts";
import "./message-menu.css";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

export interface MessageMenuProps {
  message: Message;
  user: User;
  open: boolean;
  onOpen: (open: boolean) => void;
  onEdit: () => void;
  actions: MessageActions;
}

export function MessageMenu({ message, user, open, onOpen, onEdit, actions }: MessageMenuProps) {
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { seq } = message;

  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>(".message-menu button")?.focus();
    box.current?.querySelector(".message-menu")?.scrollIntoView({ block: "nearest" });
    const closeOutside = ({ target }: PointerEvent) => {
      if (target instanceof Node && !box.current?.contains(target)) onOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const closeAnd = (act: () => void) => () => {
    onOpen(false);
    act();
  };
  const chose = (emoji: string) =>
    message.reactions?.some((one) => one.emoji === emoji && one.userIds.includes(user.id)) ?? false;

  return (
    <div
      ref={box}
      class={open ? "message-more message-more-open" : "message-more"}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        onOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label="Message actions"
        aria-expanded={open}
        onClick={() => onOpen(!open)}
      >
        <MoreIcon />
      </button>
      {open && (
        <div class="message-menu" role="group" aria-label="Message actions">
          <div class="message-menu-emoji">
            {EMOJI.map((emoji) => (
              <button
                key={emoji}
                type="button"
                class="icon-button"
                aria-label={`React with ${emoji}`}
                aria-pressed={chose(emoji)}
                onClick={closeAnd(() => actions.toggleReaction(seq, emoji, chose(emoji)))}
              >
                {emoji}
              </button>
            ))}
          </div>
          {message.author.id === user.id && (
            <>
              <button type="button" class="button-quiet" onClick={closeAnd(onEdit)}>
                Edit
              </button>
              <button
                type="button"
                class="button-quiet message-menu-delete"
                onClick={closeAnd(() => actions.erase(seq))}
              >
                Delete
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
