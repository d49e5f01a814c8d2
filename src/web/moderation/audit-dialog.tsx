/** What was done in a thread to keep it in order: by whom, of whom, when and why. */
import { useEffect, useState } from "preact/hooks";
import type { AuditEntry } from "../../protocol/moderation.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { auditText } from "../../view/moderation/audit-text.ts";
import { useChat } from "../chat.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { Text } from "../ui/text.tsx";
import { useAsyncAction } from "../ui/use-async-action.ts";
import { useModeration } from "./use-moderation.ts";
import "./moderation-list.css";

const PAGE = 50;

export interface AuditDialogProps {
  threadId: string;
  onClose: () => void;
}

export function AuditDialog({ threadId, onClose }: AuditDialogProps) {
  const moderation = useModeration();
  const { language } = useChat();
  const { busy, error, run } = useAsyncAction();
  const [entries, setEntries] = useState<readonly AuditEntry[]>();
  const [atEnd, setAtEnd] = useState(false);
  const loadOlder = async () => {
    const before = entries?.at(-1)?.no;
    const page = await moderation.audit(threadId, { limit: PAGE, ...(before !== undefined && { before }) });
    setAtEnd(page.entries.length < PAGE);
    setEntries((newer = []) => [...newer, ...page.entries]);
  };
  useEffect(() => void run(loadOlder), []);
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
      {entries !== undefined && !atEnd && (
        <button
          ref={handOffFocus}
          type="button"
          class="button-quiet"
          aria-disabled={busy}
          onClick={() => void run(loadOlder)}
        >
          Show more
        </button>
      )}
    </Dialog>
  );
}
