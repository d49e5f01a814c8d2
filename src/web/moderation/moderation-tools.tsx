/** A moderator's way to what is kept of a thread: reports, bans, links, and what was done. */
import { useState } from "preact/hooks";
import type { ThreadInfo } from "../../protocol/model.ts";
import { may, type Standing } from "../../protocol/rights.ts";
import { useReportCount } from "../../view/moderation/use-report-count.ts";
import { Text } from "../ui/text.tsx";
import { AuditDialog } from "./audit-dialog.tsx";
import { BansDialog } from "./bans-dialog.tsx";
import { InvitationsDialog } from "./invitations-dialog.tsx";
import { LinksDialog } from "./links-dialog.tsx";
import { ReportsDialog } from "./reports-dialog.tsx";
import { SettingsForm } from "./settings-form.tsx";
import { useModeration } from "./use-moderation.ts";
import "./moderation-tools.css";

export interface ModerationToolsProps {
  thread: ThreadInfo;
  ownStanding: Standing;
  /** How many reports are open, as far as the server has said so. */
  knownReports: number | undefined;
}

type Tool = "reports" | "bans" | "links" | "invitations" | "audit";

export function ModerationTools({ thread, ownStanding, knownReports }: ModerationToolsProps) {
  const reports = useReportCount(useModeration(), {
    threadId: thread.id,
    known: knownReports,
    isModerator: may("see reports", thread.kind, ownStanding),
  });
  const [open, setOpen] = useState<Tool>();
  const close = () => setOpen(undefined);
  const tools: [Tool, string][] = [
    ["reports", reports > 0 ? `Reports (${reports})` : "Reports"],
    ["bans", "Banned people"],
    ["links", "Invitation links"],
    ["invitations", "Pending invitations"],
  ];
  if (may("read the audit log", thread.kind, ownStanding)) tools.push(["audit", "What was done"]);
  return (
    <>
      <SettingsForm thread={thread} />
      <section class="moderation-tools" aria-label="Moderation">
        {tools.map(([tool, text]) => (
          <button key={tool} type="button" class="button-quiet" onClick={() => setOpen(tool)}>
            <Text>{text}</Text>
          </button>
        ))}
      </section>
      {open === "reports" && <ReportsDialog threadId={thread.id} open={reports} onClose={close} />}
      {open === "bans" && <BansDialog threadId={thread.id} onClose={close} />}
      {open === "links" && <LinksDialog threadId={thread.id} onClose={close} />}
      {open === "invitations" && <InvitationsDialog threadId={thread.id} onClose={close} />}
      {open === "audit" && <AuditDialog threadId={thread.id} onClose={close} />}
    </>
  );
}
