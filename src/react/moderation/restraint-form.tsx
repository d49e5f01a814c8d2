/** Stops a member from writing for a time, or bans somebody: in the menus of a message and of a member. */
import { useId, useState, type ReactElement } from "react";
import type { User } from "../../client/client.ts";
import { BAN_REASON_LENGTH } from "../../protocol/limits.ts";
import { banOf } from "../../view/moderation/chosen-ban.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useLabels } from "../labels.ts";
import { ActionForm } from "../ui/action-form.tsx";
import { Choices } from "../ui/choices.tsx";
import { Text } from "../ui/text.tsx";

export interface RestraintFormProps {
  thread: string;
  person: User;
  onClose: () => void;
}

export function TimeoutForm({ thread, person, onClose }: RestraintFormProps): ReactElement {
  const labels = useLabels();
  const { timeOut } = useModeration();
  const [duration, setDuration] = useState(labels.timeouts[0]?.value ?? 0);
  return (
    <ActionForm
      title={labels.confirmTimeout(isolated(person.name))}
      text={labels.timeoutMeaning}
      confirmLabel={labels.timeOut}
      action={() => timeOut(thread, person.id, Date.now() + duration)}
      onDone={onClose}
      onCancel={onClose}
    >
      <Choices label={labels.forHowLong} choices={labels.timeouts} value={duration} onChange={setDuration} />
    </ActionForm>
  );
}

export function BanForm({ thread, person, onClose }: RestraintFormProps): ReactElement {
  const labels = useLabels();
  const { ban } = useModeration();
  const reasonId = useId();
  const [duration, setDuration] = useState<number | null>(labels.bans[0]?.value ?? null);
  const [purgeSeconds, setPurgeSeconds] = useState(0);
  const [reason, setReason] = useState("");
  return (
    <ActionForm
      title={labels.confirmBan(isolated(person.name))}
      text={labels.banMeaning}
      confirmLabel={labels.ban}
      action={() => ban(thread, person.id, banOf({ duration, purgeSeconds, reason }, Date.now()))}
      onDone={onClose}
      onCancel={onClose}
    >
      <Choices label={labels.forHowLong} choices={labels.bans} value={duration} onChange={setDuration} />
      <Choices
        label={labels.deleteTheirMessages}
        choices={labels.purges}
        value={purgeSeconds}
        onChange={setPurgeSeconds}
      />
      <div className="lilypad-labelled">
        <label htmlFor={reasonId}>
          <Text>{labels.banReason}</Text>
        </label>
        <input
          id={reasonId}
          className="lilypad-input"
          autoComplete="off"
          maxLength={BAN_REASON_LENGTH}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </div>
    </ActionForm>
  );
}
