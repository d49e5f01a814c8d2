/** A menu beside the button that has opened it. Escape and a click outside close it. */
import type { ReactElement, ReactNode, Ref } from "react";
import { menuPosition } from "../../view/menu-position.ts";
import { dismissedBy, useModal } from "./use-modal.ts";
import { useBrowserLayoutEffect } from "./writing-field.tsx";

/** Between the menu and the lower edge of the window. */
const MARGIN_PX = 8;

export interface FloatingMenuProps {
  label: string;
  button: HTMLElement;
  /** Which of its contents is shown: it is placed anew where that changes. */
  pane: string;
  onClose: () => void;
  /** `close` closes it at once, which returns the focus to the button: what is chosen may then move it on. */
  children: (close: () => void) => ReactNode;
}

/** A modal dialog, to be rendered outside of a list of messages: a screen reader announces what is added to that. */
export function FloatingMenu({ label, button, pane, onClose, children }: FloatingMenuProps): ReactElement {
  const dialog = useModal();
  useBrowserLayoutEffect(() => {
    const place = () => {
      if (!dialog.current) return;
      const { style } = dialog.current;
      // As large as it is where nothing limits it.
      style.left = style.top = "0px";
      style.maxHeight = "";
      const { left, top } = menuPosition(
        button.getBoundingClientRect(),
        dialog.current.getBoundingClientRect(),
        { width: innerWidth, height: innerHeight },
      );
      style.left = `${left}px`;
      style.top = `${top}px`;
      style.maxHeight = `${innerHeight - top - MARGIN_PX}px`;
    };
    place();
    addEventListener("resize", place);
    return () => removeEventListener("resize", place);
  }, [dialog, button, pane]);
  const close = () => {
    dialog.current?.close();
    onClose();
  };
  return (
    <dialog
      ref={dialog as Ref<HTMLDialogElement>}
      className="lilypad-menu"
      aria-label={label}
      {...dismissedBy(close)}
    >
      {children(close)}
    </dialog>
  );
}
