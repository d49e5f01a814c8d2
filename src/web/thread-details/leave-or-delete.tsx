/** Leaves or deletes a thread. Both ask for confirmation. */
import type { ThreadInfo, User } from "../../protocol/model.ts";
import { may, mayRemove, type Standing } from "../../protocol/rights.ts";
import { navigate } from "../router.tsx";
import { client } from "../session/session.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useAsyncAction } from "../ui/use-async-action.ts";
import { useDisclosure } from "../ui/use-disclosure.ts";
import "./leave-or-delete.css";

export interface LeaveOrDeleteProps {
  thread: ThreadInfo;
  user: User;
  ownRole: Standing;
}

export function LeaveOrDelete({ thread, user, ownRole }: LeaveOrDeleteProps) {
  const mayLeave = ownRole !== null && mayRemove(thread.kind, ownRole, true, ownRole);
  return (
    <section class="leave-or-delete" aria-label="Leave or delete">
      {mayLeave && (
        <ConfirmedAction
          label="Leave chat"
          question="Leave this chat? You will not get its messages any more."
          confirmLabel="Leave"
          action={() => client.api.removeMember(thread.id, user.id)}
        />
      )}
      {may("delete thread", thread.kind, ownRole) && (
        <ConfirmedAction
          label="Delete chat"
          question="Delete this chat and all its messages, for everyone? This cannot be undone."
          confirmLabel="Delete chat"
          action={() => client.api.deleteThread(thread.id)}
        />
      )}
    </section>
  );
}

interface ConfirmedActionProps {
  label: string;
  question: string;
  confirmLabel: string;
  action: () => Promise<void>;
}

function ConfirmedAction({ label, question, confirmLabel, action }: ConfirmedActionProps) {
  const { open, triggerRef, show, hide } = useDisclosure();
  const { busy, error, run } = useAsyncAction();

  if (!open) {
    return (
      <button ref={triggerRef} type="button" class="button-quiet button-danger" onClick={show}>
        {label}
      </button>
    );
  }
  const confirm = async () => {
    if (await run(action)) navigate("/chat");
  };
  return (
    <div class="dialog-part leave-or-delete-confirm" role="group" aria-label={label}>
      <p>{question}</p>
      <ErrorMessage text={error} />
      <div class="dialog-buttons">
        {/* The safe choice gets the focus. */}
        <button ref={focus} type="button" class="button-quiet" onClick={hide}>
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
    </div>
  );
}

function focus(button: HTMLButtonElement | null): void {
  button?.focus();
}
