/** The reports of a thread that nobody has resolved, for its moderators: each is resolved in one step. */
import type { ReactElement } from "react";
import type { Report } from "../../protocol/reports.ts";
import { isolated } from "../../view/text/bidi.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { useLoadedList } from "../../view/use-loaded-list.ts";
import type { ThreadPartProps } from "../component-props.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useOpenReports } from "../hooks/use-open-reports.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useErrorText } from "../ui/use-request-action.ts";
import { LoadedItems } from "./loaded-items.tsx";

export function Reports(props: ThreadPartProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const moderation = useModeration();
  const open = useOpenReports(thread);
  const { items, busy, error, act } = useLoadedList(
    async () => (await moderation.reports(thread, { state: "open", limit: 100 })).reports,
    useErrorText(),
    open,
  );
  return (
    <LoadedItems
      label={labels.reports}
      items={items}
      error={error}
      empty={labels.noReports}
      keyOf={({ no }) => no}
    >
      {(report) => (
        <>
          <ReportedMessage report={report} />
          <div className="lilypad-steps">
            {labels.resolutions.map(({ text, isDanger, at }) => (
              <button
                key={text}
                type="button"
                className={isDanger ? "lilypad-quiet-button lilypad-danger" : "lilypad-quiet-button"}
                aria-label={labels.resolutionOf(text, isolated(report.author.name))}
                aria-disabled={busy}
                onClick={() => void act(() => moderation.resolveReport(thread, report.no, at(Date.now())))}
              >
                <Text>{text}</Text>
              </button>
            ))}
          </div>
        </>
      )}
    </LoadedItems>
  );
}

function ReportedMessage({ report }: { report: Report }): ReactElement {
  const { author, by, body = "", reason, note, at } = report;
  return (
    <>
      <p>
        <b>
          <UserText text={author.name} />
        </b>
      </p>
      <p className="lilypad-reported">
        <UserText text={body} />
      </p>
      <p>
        <UserText text={reason} />
        {note !== undefined && (
          <>
            {": "}
            <UserText text={note} />
          </>
        )}
      </p>
      <p className="lilypad-quiet">
        <UserText text={by.name} /> · <Text>{formatDateTime(at)}</Text>
      </p>
    </>
  );
}
