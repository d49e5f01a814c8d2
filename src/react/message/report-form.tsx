/** In the menu of a message: the reasons to report it. The one that is chosen sends the report. */
import { useId, useState, type ReactElement } from "react";
import { REPORT_NOTE_LENGTH } from "../../protocol/limits.ts";
import { useLabels } from "../labels.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";

export interface ReportFormProps {
  /** `note`: what else there is to say; empty for nothing. */
  onReport: (reason: string, note: string) => Promise<void>;
  onClose: () => void;
}

export function ReportForm({ onReport, onClose }: ReportFormProps): ReactElement {
  const labels = useLabels();
  const { busy, error, run } = useRequestAction();
  const [isReported, setReported] = useState(false);
  const [note, setNote] = useState("");
  const noteId = useId();
  const report = async (reason: string) => {
    if (await run(() => onReport(reason, note.trim()))) setReported(true);
  };
  if (isReported) {
    return (
      <div className="lilypad-menu-items">
        <p role="status">
          <Text>{labels.reported}</Text>
        </p>
        <button key="done" type="button" autoFocus onClick={onClose}>
          <Text>{labels.done}</Text>
        </button>
      </div>
    );
  }
  return (
    <div className="lilypad-menu-items" role="group" aria-label={labels.reportReason}>
      <p aria-hidden="true">
        <Text>{labels.reportReason}</Text>
      </p>
      {labels.reportReasons.map((reason, index) => (
        <button
          key={reason}
          type="button"
          autoFocus={index === 0}
          aria-disabled={busy}
          onClick={() => void report(reason)}
        >
          <Text>{reason}</Text>
        </button>
      ))}
      <div className="lilypad-labelled">
        <label htmlFor={noteId}>
          <Text>{labels.reportNote}</Text>
        </label>
        <textarea
          id={noteId}
          className="lilypad-input"
          rows={2}
          maxLength={REPORT_NOTE_LENGTH}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      </div>
      <ErrorMessage text={error} />
      <button type="button" onClick={onClose}>
        <Text>{labels.cancel}</Text>
      </button>
    </div>
  );
}
