/** Reports a message to the moderators: the reason that is chosen sends it. */
import { useState } from "preact/hooks";
import { REPORT_NOTE_LENGTH } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/model.ts";
import { REPORT_REASONS, REPORTED } from "../../view/moderation/report-texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { UserText } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { useModeration } from "./use-moderation.ts";
import "./moderation-list.css";
import "./report-dialog.css";

export interface ReportDialogProps {
  threadId: string;
  message: Message;
  onClose: () => void;
}

export function ReportDialog({ threadId, message, onClose }: ReportDialogProps) {
  const moderation = useModeration();
  const { busy, error, run } = useRequestAction();
  const [note, setNote] = useState("");
  const [reported, setReported] = useState(false);

  const report = async (reason: string) => {
    const added = note.trim() === "" ? {} : { note: note.trim() };
    if (await run(() => moderation.report(threadId, message.seq, { reason, ...added }))) setReported(true);
  };

  if (reported) {
    return (
      <Dialog key="reported" title="Thank you" onClose={onClose}>
        <p role="status">{REPORTED}</p>
        <div class="dialog-buttons">
          <button type="button" class="button" autofocus onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog key="report" title="Report this message?" onClose={onClose}>
      <UserText as="p" class="moderation-quote" text={message.body} />
      <div class="report-reasons" role="group" aria-label="Why">
        {REPORT_REASONS.map((reason) => (
          <button
            key={reason}
            type="button"
            class="button-quiet"
            aria-disabled={busy}
            onClick={() => void report(reason)}
          >
            {reason}
          </button>
        ))}
      </div>
      <div class="field">
        <label for="report-note">More about it (optional)</label>
        <textarea
          id="report-note"
          class="input"
          rows={2}
          maxLength={REPORT_NOTE_LENGTH}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </div>
      <ErrorMessage text={error} />
    </Dialog>
  );
}
