/** What moderators did in a thread, newest first, for its owners. */
import type { ReactElement } from "react";
import { useAuditLog } from "../../view/moderation/use-audit-log.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import type { ThreadPartProps } from "../component-props.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { Text } from "../ui/text.tsx";
import { useErrorText } from "../ui/use-request-action.ts";
import { LoadedItems } from "./loaded-items.tsx";

export function AuditLog(props: ThreadPartProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const { entries, hasOlder, busy, error, loadOlder } = useAuditLog(useModeration(), thread, useErrorText());
  return (
    <LoadedItems
      label={labels.auditLog}
      items={entries}
      error={error}
      empty={labels.noAudit}
      keyOf={({ no }) => no}
      more={
        hasOlder && (
          <button type="button" className="lilypad-quiet-button" aria-disabled={busy} onClick={loadOlder}>
            <Text>{labels.showMoreEntries}</Text>
          </button>
        )
      }
    >
      {(entry) => (
        <>
          <p>
            <Text>{labels.auditEntry(entry)}</Text>
          </p>
          <p className="lilypad-quiet">
            <Text>{formatDateTime(entry.at)}</Text>
          </p>
        </>
      )}
    </LoadedItems>
  );
}
