/** The menu of a message: react, reply, and edit or delete where the user has the right to. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message, User } from "../../protocol/model.ts";
import { MoreIcon } from "../ui/icons.tsx";
import { Text } from "../ui/text.tsx";
import type { MessageActions } from "./message-actions.ts";
import "./message-menu.css";

const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

export interface MessageMenuProps {
  message: Message;
  user: User;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onEdit: () => void;
  actions: MessageActions;
}

export function MessageMenu({ message, user, open, onOpenChange, onEdit, actions }: MessageMenuProps) {
  const container = useRef<HTMLDivElement>(null);
  const menuButton = useRef<HTMLButtonElement>(null);
  const [confirming, setConfirming] = useState(false);
  const { seq } = message;

  // A layout effect: a later one could undo a click that came in between.
  useLayoutEffect(() => {
    setConfirming(false);
    if (!open) return;
    container.current?.querySelector<HTMLElement>(".message-menu button")?.focus();
    const closeOutside = ({ target }: PointerEvent) => {
      if (target instanceof Node && !container.current?.contains(target)) onOpenChange(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  // Closes when the focus moves on, so that the menu does not cover what it moves to. A click between the menu's
  // buttons focuses the row around it, and keeps the menu open.
  const closeOnFocusOut = ({ relatedTarget: next }: FocusEvent) => {
    if (!open || !(next instanceof Node)) return;
    if (!container.current?.contains(next) && !next.contains(container.current)) onOpenChange(false);
  };

  // Again on confirmation, whose text makes the menu higher.
  useLayoutEffect(() => {
    if (open) container.current?.querySelector(".message-menu")?.scrollIntoView({ block: "nearest" });
  }, [open, confirming]);

  const closeAnd = (act: () => void) => () => {
    onOpenChange(false);
    act();
  };
  const confirmOrDelete = (event: MouseEvent) => {
    // The second click of a double click confirms nothing: its user has not read the question.
    if (event.detail > 1) return;
    if (!confirming) return setConfirming(true);
    // The button is removed with the message's text: the list takes the focus.
    container.current?.closest<HTMLElement>("[role=log]")?.focus({ preventScroll: true });
    onOpenChange(false);
    actions.delete(seq);
  };
  const hasReacted = (emoji: string) =>
    message.reactions?.some((one) => one.emoji === emoji && one.mine) ?? false;

  return (
    <div
      ref={container}
      class={open ? "message-more message-more-open" : "message-more"}
      onFocusOut={closeOnFocusOut}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        onOpenChange(false);
        menuButton.current?.focus();
      }}
    >
      <button
        ref={menuButton}
        type="button"
        class="icon-button"
        aria-label="Message actions"
        aria-expanded={open}
        onClick={() => onOpenChange(!open)}
      >
        <MoreIcon />
      </button>
      {open && (
        <div class="message-menu" role="group" aria-label="Message actions">
          <div class="message-menu-emoji">
            {QUICK_REACTIONS.map((emoji) => (
              <button
                key={emoji}
                type="button"
                class="icon-button"
                aria-label={`React with ${emoji}`}
                aria-pressed={hasReacted(emoji)}
                onClick={closeAnd(() => {
                  menuButton.current?.focus();
                  actions.toggleReaction(seq, emoji, hasReacted(emoji));
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
          {actions.mayDelete(message) && (
            <button type="button" class="button-quiet button-danger" onClick={confirmOrDelete}>
              <Text>{confirming ? "Delete for everyone" : "Delete"}</Text>
            </button>
          )}
          {/* Rendered while it is empty, so that screen readers announce the change. */}
          <p class="message-menu-note note" role="status">
            {confirming && <Text>This cannot be undone.</Text>}
          </p>
        </div>
      )}
    </div>
  );
}
