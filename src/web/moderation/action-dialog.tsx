/** Asks a moderator for what an action needs, and carries it out. */
import type { ComponentChildren } from "preact";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";

export interface ActionDialogProps {
  title: string;
  /** What follows from it. */
  text: string;
  confirmLabel: string;
  action: () => Promise<unknown>;
  /** Called when it was carried out, and when it was given up. */
  onClose: () => void;
  children: ComponentChildren;
}

export function ActionDialog({ title, text, confirmLabel, action, onClose, children }: ActionDialogProps) {
  const { busy, error, run } = useRequestAction();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await run(action)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="dialog-part" onSubmit={(event) => void submit(event)}>
        <p>{text}</p>
        {children}
        <ErrorMessage text={error} />
        <div class="dialog-buttons">
          <button type="button" class="button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-danger-full" aria-disabled={busy}>
            {confirmLabel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
