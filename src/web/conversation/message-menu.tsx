/** What one can do with a message: react, reply, and edit or delete it where one may. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message, User } from "../../protocol/model.ts";
import { MoreIcon } from "../ui/icons.tsx";
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
  const [confirming, setConfirming] = useState(false);
  const { seq } = message;

  // Before anything else can happen: done later, it would undo what a quick hand did meanwhile.
  useLayoutEffect(() => {
    setConfirming(false);
    if (!open) return;
    box.current?.querySelector<HTMLElement>(".message-menu button")?.focus();
    const closeOutside = ({ target }: PointerEvent) => {
      if (target instanceof Node && !box.current?.contains(target)) onOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  // Who goes on by keyboard must see what they come to. A click beside the menu's buttons has the row focused, no more.
  const closeBehind = ({ relatedTarget: next }: FocusEvent) => {
    if (!open || !(next instanceof Node)) return;
    if (!box.current?.contains(next) && !next.contains(box.current)) onOpen(false);
  };

  // Also when it grows by what the confirmation says.
  useLayoutEffect(() => {
    if (open) box.current?.querySelector(".message-menu")?.scrollIntoView({ block: "nearest" });
  }, [open, confirming]);

  const closeAnd = (act: () => void) => () => {
    onOpen(false);
    act();
  };
  const erase = (event: MouseEvent) => {
    // The second click of a double click has not read what it would confirm.
    if (event.detail > 1) return;
    if (!confirming) return setConfirming(true);
    // The button goes with the message's text: the list keeps the focus.
    box.current?.closest<HTMLElement>("[role=log]")?.focus({ preventScroll: true });
    onOpen(false);
    actions.erase(seq);
  };
  const chose = (emoji: string) =>
    message.reactions?.some((one) => one.emoji === emoji && one.userIds.includes(user.id)) ?? false;

  return (
    <div
      ref={box}
      class={open ? "message-more message-more-open" : "message-more"}
      onFocusOut={closeBehind}
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
                onClick={closeAnd(() => {
                  button.current?.focus();
                  actions.toggleReaction(seq, emoji, chose(emoji));
                })}
              >
                {emoji}
              </button>
            ))}
          </div>
          <button type="button" class="button-quiet" onClick={closeAnd(() => actions.reply(seq))}>
            Reply
          </button>
          {message.author.id === user.id && (
            <button type="button" class="button-quiet" onClick={closeAnd(onEdit)}>
              Edit
            </button>
          )}
          {actions.mayErase(message) && (
            <button type="button" class="button-quiet button-danger" onClick={erase}>
              {confirming ? "Delete for everyone" : "Delete"}
            </button>
          )}
          {/* There from the beginning, so that its change is read out. */}
          <p class="message-menu-note note" role="status">
            {confirming && "This cannot be undone."}
          </p>
        </div>
      )}
    </div>
  );
}
