/** What every modal dialog of the page does, whatever it looks like. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isUnderLastTap } from "./last-tap.ts";

/**
 * Opens a `<dialog>` modally while it is mounted. If what removes something in it appears where the user tapped last, the
 * dialog goes to the other end of the screen: it gets the class `modal-elsewhere`.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  // A layout effect, so that the first key pressed reaches the dialog and not the page behind it.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    const removing = [...element.querySelectorAll(".button-danger, .button-danger-full")];
    element.classList.toggle("modal-elsewhere", removing.some(isUnderLastTap));
    // The browser restores the focus on close() only, not when the element is removed.
    return () => element.close();
  }, []);
  return dialog;
}

/** Whether a click was on the backdrop: it has the dialog itself as its target, whose content is inside a frame. */
export function isOnBackdrop({ target, currentTarget }: MouseEvent): boolean {
  return target === currentTarget;
}
