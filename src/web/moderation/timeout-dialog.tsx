/** Stops a member from writing for a time. */
import { useState } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { TIMEOUTS } from "../../view/moderation/durations.ts";
import { isolated } from "../../view/text/bidi.ts";
import { Choices } from "../ui/choices.tsx";
import { ActionDialog } from "./action-dialog.tsx";
import { useModeration } from "./use-moderation.ts";

export interface TimeoutDialogProps {
  threadId: string;
  person: User;
  onClose: () => void;
}

export function TimeoutDialog({ threadId, person, onClose }: TimeoutDialogProps) {
  const moderation = useModeration();
  const [duration, setDuration] = useState(TIMEOUTS[0]?.value ?? 0);
  return (
    <ActionDialog
      title={`Time out ${isolated(person.name)}?`}
      text="They go on reading, and cannot write, react or type until then. You can end it earlier."
      confirmLabel="Time out"
      action={() => moderation.timeOut(threadId, person.id, Date.now() + duration)}
      onClose={onClose}
    >
      <Choices label="For how long" choices={TIMEOUTS} value={duration} onChange={setDuration} />
    </ActionDialog>
  );
}
