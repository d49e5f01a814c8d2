/** Bans a user from a thread, and deletes what they wrote lately. */
import { useState } from "preact/hooks";
import { BAN_REASON_LENGTH } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { banOf } from "../../view/moderation/chosen-ban.ts";
import { BANS, PURGES } from "../../view/moderation/durations.ts";
import { isolated } from "../../view/text/bidi.ts";
import { Choices } from "../ui/choices.tsx";
import { ActionDialog } from "./action-dialog.tsx";
import { useModeration } from "./use-moderation.ts";

export interface BanDialogProps {
  threadId: string;
  person: User;
  onClose: () => void;
}

export function BanDialog({ threadId, person, onClose }: BanDialogProps) {
  const moderation = useModeration();
  const [duration, setDuration] = useState<number | null>(BANS[0]?.value ?? null);
  const [purgeSeconds, setPurgeSeconds] = useState(0);
  const [reason, setReason] = useState("");
  const ban = () =>
    moderation.ban(threadId, person.id, banOf({ duration, purgeSeconds, reason }, Date.now()));
  return (
    <ActionDialog
      title={`Ban ${isolated(person.name)}?`}
      text="They are removed, and the chat does not exist for them until then. What is deleted does not come back."
      confirmLabel="Ban"
      action={ban}
      onClose={onClose}
    >
      <Choices label="For how long" choices={BANS} value={duration} onChange={setDuration} />
      <Choices
        label="Delete their messages"
        choices={PURGES}
        value={purgeSeconds}
        onChange={setPurgeSeconds}
      />
      <div class="field">
        <label for="ban-reason">Reason (optional, for moderators)</label>
        <input
          id="ban-reason"
          class="input"
          autocomplete="off"
          maxLength={BAN_REASON_LENGTH}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
    </ActionDialog>
  );
}
