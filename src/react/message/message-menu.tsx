/** The menu of a message: react, reply, report, and edit or delete where the user may. Escape and a click outside close it. */
import { useRef, useState, type ReactElement } from "react";
import type { Message } from "../../client/client.ts";
import { menuPosition } from "../../view/menu-position.ts";
import { useLabels } from "../labels.ts";
import { Text } from "../ui/text.tsx";
import { useBrowserLayoutEffect } from "../ui/writing-field.tsx";
import type { MessageActions } from "./message-actions.ts";
import { ReportForm } from "./report-form.tsx";

const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

export interface MessageMenuProps {
  message: Message;
  /** Which has opened it. */
  button: HTMLElement;
  actions: MessageActions;
  onClose: () => void;
}

/** A modal dialog, outside of the list: a screen reader announces what is added to that. */
export function MessageMenu({ message, button, actions, onClose }: MessageMenuProps): ReactElement {
  const labels = useLabels();
  const dialog = useRef<HTMLDialogElement>(null);
  const [pane, setPane] = useState<"actions" | "report" | "erase">("actions");
  const { seq } = message;

  useBrowserLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return undefined;
    element.showModal();
    // The browser restores the focus on close() only, not when the element is removed.
    return () => element.close();
  }, []);
  useBrowserLayoutEffect(() => {
    const place = () => {
      if (!dialog.current) return;
      const { left, top } = menuPosition(
        button.getBoundingClientRect(),
        dialog.current.getBoundingClientRect(),
        { width: innerWidth, height: innerHeight },
      );
      dialog.current.style.left = `${left}px`;
      dialog.current.style.top = `${top}px`;
    };
    place();
    addEventListener("resize", place);
    return () => removeEventListener("resize", place);
  }, [button, pane]);

  // Closed first, which returns the focus to the menu's button: what is chosen may then move it on.
  const choose = (action: () => void) => () => {
    dialog.current?.close();
    onClose();
    action();
  };
  const hasReacted = (emoji: string) =>
    message.reactions?.some((one) => one.emoji === emoji && one.mine) ?? false;

  return (
    <dialog
      ref={dialog}
      className="lilypad-menu"
      aria-label={labels.actions}
      onCancel={onClose}
      onClick={(event) => {
        // The backdrop has the dialog itself as its target.
        if (event.target === event.currentTarget) choose(() => undefined)();
      }}
    >
      {pane === "report" ? (
        <ReportForm onReport={(reason) => actions.report(seq, reason)} onClose={choose(() => undefined)} />
      ) : pane === "erase" ? (
        <div className="lilypad-menu-items">
          <p>
            <Text>{labels.confirmErase}</Text>
          </p>
          <button type="button" autoFocus onClick={choose(() => undefined)}>
            <Text>{labels.cancel}</Text>
          </button>
          <button type="button" className="lilypad-danger" onClick={choose(() => actions.erase(seq))}>
            <Text>{labels.erase}</Text>
          </button>
        </div>
      ) : (
        <div className="lilypad-menu-items">
          <div className="lilypad-menu-emoji">
            {QUICK_REACTIONS.map((emoji) => (
              <button
                key={emoji}
                type="button"
                aria-label={labels.reactWith(emoji)}
                aria-pressed={hasReacted(emoji)}
                onClick={choose(() => actions.toggleReaction(seq, emoji, hasReacted(emoji)))}
              >
                {emoji}
              </button>
            ))}
          </div>
          <button type="button" onClick={choose(() => actions.reply(seq))}>
            <Text>{labels.reply}</Text>
          </button>
          {actions.mayEdit(message) && (
            <button type="button" onClick={choose(() => actions.startEdit(seq, message.body))}>
              <Text>{labels.edit}</Text>
            </button>
          )}
          {actions.mayReport(message) && (
            <button type="button" onClick={() => setPane("report")}>
              <Text>{labels.report}</Text>
            </button>
          )}
          {actions.mayErase(message) && (
            <button type="button" className="lilypad-danger" onClick={() => setPane("erase")}>
              <Text>{labels.erase}</Text>
            </button>
          )}
        </div>
      )}
    </dialog>
  );
}
