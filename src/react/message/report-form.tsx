/** In the menu of a message: the reasons to report it. The one that is chosen sends the report. */
import { useState, type ReactElement } from "react";
import { useAsyncAction } from "../../view/use-async-action.ts";
import { useLabels } from "../labels.ts";
import { requestErrorText } from "../request-error-text.ts";
import { Text } from "../ui/text.tsx";

export interface ReportFormProps {
  onReport: (reason: string) => Promise<void>;
  onClose: () => void;
}

export function ReportForm({ onReport, onClose }: ReportFormProps): ReactElement {
  const labels = useLabels();
  const { busy, error, run } = useAsyncAction((failure) => requestErrorText(failure, labels));
  const [isReported, setReported] = useState(false);
  const report = async (reason: string) => {
    if (await run(() => onReport(reason))) setReported(true);
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
      {error !== undefined && (
        <p className="lilypad-danger" role="alert">
          <Text>{error}</Text>
        </p>
      )}
      <button type="button" onClick={onClose}>
        <Text>{labels.cancel}</Text>
      </button>
    </div>
  );
}
