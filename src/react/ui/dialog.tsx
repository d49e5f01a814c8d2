/** A modal dialog with a title. Escape, its backdrop and its button close it; the focus then returns to where it was. */
import { useId, type ReactElement, type ReactNode, type Ref } from "react";
import { useLabels } from "../labels.ts";
import { CloseIcon } from "./icons.tsx";
import { Text } from "./text.tsx";
import { dismissedBy, useModal } from "./use-modal.ts";

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ title, onClose, children }: DialogProps): ReactElement {
  const id = useId();
  const labels = useLabels();
  const dialog = useModal();
  return (
    <dialog
      // React 18's types know no ref whose element may be null.
      ref={dialog as Ref<HTMLDialogElement>}
      className="lilypad-dialog"
      aria-labelledby={id}
      {...dismissedBy(onClose)}
    >
      <div className="lilypad-dialog-frame">
        <header>
          <h2 id={id}>
            <Text>{title}</Text>
          </h2>
          <button type="button" className="lilypad-icon-button" aria-label={labels.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
