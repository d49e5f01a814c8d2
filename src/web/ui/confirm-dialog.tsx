/** Asks before something that cannot be undone. */
import { useRequestAction } from "./use-request-action.ts";
import { Dialog } from "./dialog.tsx";
import { ErrorMessage } from "./error-message.tsx";

export interface ConfirmDialogProps {
  /** The question. */
  title: string;
  /** What follows from it. */
  text: string;
  confirmLabel: string;
  action: () => Promise<unknown>;
  /** Called once the action has succeeded. */
  onDone: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ title, text, confirmLabel, action, onDone, onClose }: ConfirmDialogProps) {
  const { busy, error, run } = useRequestAction();
  const confirm = async () => {
    if (await run(action)) onDone();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <ErrorMessage text={error} />
      <div class="dialog-buttons">
        {/* The safe choice has the focus. */}
        <button type="button" class="button-quiet" autofocus onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class="button button-danger-full"
          aria-disabled={busy}
          onClick={() => void confirm()}
        >
          {confirmLabel}
        </button>
      </div>
    </Dialog>
  );
}
