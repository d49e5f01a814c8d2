/** The reports of a thread that nobody has resolved: each is resolved in one step. */
import type { Report } from "../../protocol/reports.ts";
import { RESOLUTION_CHOICES } from "../../view/moderation/resolution-choices.ts";
import { isolated } from "../../view/text/bidi.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { useChat } from "../chat-context.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useRequestList } from "../ui/use-request-list.ts";
import { useModeration } from "./use-moderation.ts";
import "./moderation-list.css";

export interface ReportsDialogProps {
  threadId: string;
  /** How many there are: they are loaded again where it changes. */
  open: number;
  onClose: () => void;
}

export function ReportsDialog({ threadId, open, onClose }: ReportsDialogProps) {
  const moderation = useModeration();
  const { items, busy, error, act } = useRequestList(
    async () => (await moderation.reports(threadId, { state: "open", limit: 100 })).reports,
    open,
  );
  return (
    <Dialog title="Reports" onClose={onClose}>
      {items === undefined && error === undefined && <p class="note">Loading…</p>}
      {items?.length === 0 && <p class="note">Nothing to look at.</p>}
      <ErrorMessage text={error} />
      <ul class="moderation-list">
        {items?.map((report) => (
          <li key={report.no}>
            <ReportedMessage report={report} />
            <div class="moderation-steps">
              {RESOLUTION_CHOICES.map(({ text, isDanger, at }) => (
                <button
                  key={text}
                  type="button"
                  class={isDanger ? "button-quiet button-danger" : "button-quiet"}
                  aria-label={`${text}: ${isolated(report.author.name)}`}
                  aria-disabled={busy}
                  onClick={() =>
                    void act(() => moderation.resolveReport(threadId, report.no, at(Date.now())))
                  }
                >
                  {text}
                </button>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function ReportedMessage({ report }: { report: Report }) {
  const { language } = useChat();
  const { author, by, body = "", reason, note, at } = report;
  return (
    <>
      <p>
        <UserText as="b" text={author.name} />
      </p>
      <UserText as="p" class="moderation-quote" text={body} />
      <p>
        <UserText text={reason} />
        {note !== undefined && (
          <>
            {": "}
            <UserText text={note} />
          </>
        )}
      </p>
      <p class="note">
        <UserText text={by.name} /> · <Text>{formatDateTime(at, language)}</Text>
      </p>
    </>
  );
}
