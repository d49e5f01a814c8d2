/** A moderator's way to what is kept of a thread: its settings, reports, bans, links, invitations, and what was done. */
import { useState, type ComponentType, type ReactElement } from "react";
import { may } from "../../protocol/rights.ts";
import type { ThreadPartProps } from "../component-props.ts";
import { useOpenReports } from "../hooks/use-open-reports.ts";
import { useStanding } from "../hooks/use-standing.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Text } from "../ui/text.tsx";
import { AuditLog } from "./audit-log.tsx";
import { Bans } from "./bans.tsx";
import { InvitationLinks } from "./invitation-links.tsx";
import { Invitations } from "./invitations.tsx";
import { Reports } from "./reports.tsx";
import { ThreadSettingsForm } from "./thread-settings-form.tsx";

interface Tool {
  title: string;
  /** On its button, where that is not the title. */
  text?: string;
  Content: ComponentType<ThreadPartProps>;
}

/** Nothing for who is no moderator of the thread. */
export function ModerationTools(props: ThreadPartProps): ReactElement | null {
  const thread = useThreadName(props.thread);
  const { kind, standing } = useStanding(thread);
  return may("change the thread", kind, standing) ? <Tools thread={thread} /> : null;
}

function Tools({ thread }: { thread: string }): ReactElement {
  const labels = useLabels();
  const { kind, standing } = useStanding(thread);
  const reports = useOpenReports(thread);
  const [open, setOpen] = useState<string>();
  const tools: Tool[] = [
    {
      title: labels.reports,
      ...(reports > 0 && { text: labels.openReports(reports) }),
      Content: Reports,
    },
    { title: labels.bannedPeople, Content: Bans },
    { title: labels.invitationLinks, Content: InvitationLinks },
    { title: labels.invitations, Content: Invitations },
  ];
  if (may("read the audit log", kind, standing)) tools.push({ title: labels.auditLog, Content: AuditLog });
  const shown = tools.find(({ title }) => title === open);
  return (
    <>
      <ThreadSettingsForm thread={thread} />
      <section className="lilypad lilypad-tools" aria-label={labels.moderation}>
        {tools.map(({ title, text = title }) => (
          <button
            key={title}
            type="button"
            className="lilypad-quiet-button"
            aria-haspopup="dialog"
            onClick={() => setOpen(title)}
          >
            <Text>{text}</Text>
          </button>
        ))}
        {shown && (
          <Dialog title={shown.title} onClose={() => setOpen(undefined)}>
            <shown.Content thread={thread} />
          </Dialog>
        )}
      </section>
    </>
  );
}
