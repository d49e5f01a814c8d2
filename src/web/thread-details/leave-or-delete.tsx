/** Leaving a thread, and deleting it: each asks once more. */
import type { ThreadInfo, User } from "../../protocol/model.ts";
import { may, mayRemove, type Standing } from "../../protocol/rights.ts";
import { Failure } from "../ui/error-message.tsx";
import { navigate } from "../router.tsx";
import { client } from "../session/session.ts";
import { usePart } from "../ui/use-disclosure.ts";
import { useTask } from "../ui/use-async-action.ts";

export interface DetailsEndProps {
  thread: ThreadInfo;
  user: User;
  standing: Standing;
}

export function DetailsEnd({ thread, user, standing }: DetailsEndProps) {
  const mayLeave = standing !== null && mayRemove(thread.kind, standing, true, standing);
  return (
    <section class="details-end" aria-label="Leave or delete">
      {mayLeave && (
        <Ending
          label="Leave chat"
          question="Leave this chat? You will not get its messages any more."
          confirm="Leave"
          act={() => client.api.removeMember(thread.id, user.id)}
        />
      )}
      {may("delete thread", thread.kind, standing) && (
        <Ending
          label="Delete chat"
          question="Delete this chat and all its messages, for everyone? This cannot be undone."
          confirm="Delete chat"
          act={() => client.api.deleteThread(thread.id)}
        />
      )}
    </section>
  );
}

interface EndingProps {
  label: string;
  question: string;
  confirm: string;
  act: () => Promise<void>;
}

function Ending({ label, question, confirm, act }: EndingProps) {
  const { open, opener, show, hide } = usePart();
  const { busy, error, run } = useTask();

  if (!open) {
    return (
      <button ref={opener} type="button" class="button-quiet button-danger" onClick={show}>
        {label}
      </button>
    );
  }
  const end = async () => {
    if (await run(act)) navigate("/chat");
  };
  return (
    <div class="dialog-part details-ending" role="group" aria-label={label}>
      <p>{question}</p>
      <Failure text={error} />
      <div class="dialog-buttons">
        {/* The one that changes nothing has the focus. */}
        <button ref={focus} type="button" class="button-quiet" onClick={hide}>
          Cancel
        </button>
        <button
          type="button"
          class="button button-danger-full"
          aria-disabled={busy}
          onClick={() => void end()}
        >
          {confirm}
        </button>
      </div>
    </div>
  );
}

function focus(button: HTMLButtonElement | null): void {
  button?.focus();
}
