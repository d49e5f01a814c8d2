/** Leaves or deletes a thread. Both ask for confirmation. */
import { useState } from "preact/hooks";
import type { ThreadInfo, User } from "../../protocol/model.ts";
import { KEY_PREFIX } from "../../protocol/key-prefix.ts";
import { may, mayRemove, type Standing } from "../../protocol/rights.ts";
import { useChat } from "../chat-context.ts";
import { ConfirmDialog, type ConfirmDialogProps } from "../ui/confirm-dialog.tsx";
import "./leave-or-delete.css";

export interface LeaveOrDeleteProps {
  thread: ThreadInfo;
  user: User;
  ownStanding: Standing;
}

export function LeaveOrDelete({ thread, user, ownStanding }: LeaveOrDeleteProps) {
  const mayLeave = mayRemove(thread.kind, ownStanding, true, "member");
  const { client, views } = useChat();
  // The view may be one of the thread by its id, or by the host's key.
  const leaveView = () => {
    views.leave(thread.id);
    if (thread.key !== undefined) views.leave(KEY_PREFIX + thread.key);
  };
  return (
    <section class="leave-or-delete" aria-label="Leave or delete">
      {mayLeave && (
        <ConfirmedAction
          label="Leave chat"
          title="Leave this chat?"
          text="You will not get its messages any more."
          confirmLabel="Leave"
          action={() => client.api.removeMember(thread.id, user.id)}
          onDone={leaveView}
        />
      )}
      {may("delete thread", thread.kind, ownStanding) && (
        <ConfirmedAction
          label="Delete chat"
          title="Delete this chat?"
          text="All its messages are deleted, for everyone. This cannot be undone."
          confirmLabel="Delete for everyone"
          action={() => client.api.deleteThread(thread.id)}
          onDone={leaveView}
        />
      )}
    </section>
  );
}

interface ConfirmedActionProps extends Pick<
  ConfirmDialogProps,
  "title" | "text" | "confirmLabel" | "action"
> {
  label: string;
  onDone: () => void;
}

function ConfirmedAction({ label, onDone, ...question }: ConfirmedActionProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="button-quiet button-danger" onClick={() => setAsking(true)}>
        {label}
      </button>
      {asking && <ConfirmDialog {...question} onDone={onDone} onClose={() => setAsking(false)} />}
    </>
  );
}
