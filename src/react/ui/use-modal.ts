/** What every modal dialog does, whatever it looks like. */
import { useRef, type RefObject, type SyntheticEvent } from "react";
import { useBrowserLayoutEffect } from "./writing-field.tsx";

/** Opens a `<dialog>` modally while it is mounted. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useBrowserLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return undefined;
    element.showModal();
    // The browser restores the focus on close() only, not when the element is removed.
    return () => element.close();
  }, []);
  return dialog;
}

/** The attributes of such a dialog: Escape and a click on its backdrop call `onClose`. */
export function dismissedBy(onClose: () => void) {
  // Not what a dialog within it is dismissed by: React passes these events on. The backdrop has the dialog as its target.
  const onOwn = (event: SyntheticEvent) => {
    if (event.target === event.currentTarget) onClose();
  };
  return { onCancel: onOwn, onClick: onOwn };
}
