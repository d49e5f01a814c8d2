/** A modal dialog. Escape, its backdrop and its close button close it; the focus then returns to where it was. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { CloseIcon } from "./icons.tsx";
import { isOnBackdrop, useModal } from "./modal.ts";
import "./dialog.css";

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useModal();

  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={id}
      onCancel={onClose}
      onClick={(event) => {
        if (isOnBackdrop(event)) onClose();
      }}
    >
      <div class="dialog-frame">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
