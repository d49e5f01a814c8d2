/** What moderators did in a thread: by whom, of whom, when and why. */
import { formatDateTime } from "../../view/text/time-format.ts";
import { auditText } from "../../view/moderation/audit-text.ts";
import { useAuditLog } from "../../view/moderation/use-audit-log.ts";
import { useChat } from "../chat-context.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { errorText } from "../ui/error-text.ts";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { Text } from "../ui/text.tsx";
import { useModeration } from "./use-moderation.ts";
import "./moderation-list.css";

export interface AuditDialogProps {
  threadId: string;
  onClose: () => void;
}

export function AuditDialog({ threadId, onClose }: AuditDialogProps) {
  const moderation = useModeration();
  const { language } = useChat();
  const { entries, hasOlder, busy, error, loadOlder } = useAuditLog(moderation, threadId, errorText);
  return (
    <Dialog title="What was done here" onClose={onClose}>
      {entries === undefined && error === undefined && <p class="note">Loading…</p>}
      {entries?.length === 0 && <p class="note">Nothing yet.</p>}
      <ul class="moderation-list">
        {entries?.map((entry) => (
          <li key={entry.no}>
            <p>
              <Text>{auditText(entry, language)}</Text>
            </p>
            <p class="note">
              <Text>{formatDateTime(entry.at, language)}</Text>
            </p>
          </li>
        ))}
      </ul>
      <ErrorMessage text={error} />
      {hasOlder && (
        <button
          ref={handOffFocus}
          type="button"
          class="button-quiet"
          aria-disabled={busy}
          onClick={loadOlder}
        >
          Show more
        </button>
      )}
    </Dialog>
  );
}
