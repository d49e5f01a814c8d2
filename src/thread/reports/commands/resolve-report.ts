/**
 * Resolves a report: moderators and owners do, in a direct thread the host alone, and nobody one about themself. What is done
 * about it is decided as if it were done by itself, and where that is refused the report stays open.
 */
import { forbidden } from "../../errors.ts";
import { LilypadError } from "../../../protocol/errors.ts";
import type { DurableEvent } from "../../../protocol/events.ts";
import type { User } from "../../../protocol/model.ts";
import type { Report, ResolveReport } from "../../../protocol/reports.ts";
import { putMemberEntry } from "../../members/commands/put-member.ts";
import { banEntry } from "../../moderation/commands/ban.ts";
import { deleteEntry } from "../../messages/commands/delete.ts";
import { isHost } from "../../../protocol/system-user.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { CommandEntry } from "../../writing/command.ts";

/** What can be done in a direct thread. */
const IN_DIRECT: ReadonlySet<ResolveReport["action"]> = new Set(["dismiss", "delete"]);

export const resolveReportEntry: CommandEntry<"resolve_report"> = {
  run(thread, user, { no, resolution }, now) {
    thread.require("see reports", user);
    const report = thread.reports.get(no);
    const isOwn = report?.author.id === user.id && !isHost(user);
    if (!report || isOwn) throw new LilypadError("not_found", "There is no such report.");
    if (report.state === "resolved") throw new LilypadError("conflict", "This report was resolved before.");
    if (thread.kind === "direct" && !IN_DIRECT.has(resolution.action)) throw forbidden();
    const events = act(thread, user, report, resolution, now);
    thread.reports.resolve(no);
    const { action, note } = resolution;
    const detail = { no, seq: report.seq, action, ...(note && { note }) };
    thread.audit.add({ action: "report.resolved", by: user.id, target: report.author.id, detail }, now);
    const { body: _, ...resolved } = report;
    return {
      value: { ...resolved, state: "resolved" },
      events,
      ack: { rev: thread.rev, at: now },
      concernsReports: true,
    };
  },
  respondsAfter: "notification",
};

/** Does what a report is resolved by. Throws what it is refused with, before anything is written. */
function act(
  thread: StoredThread,
  user: User,
  { seq, author, reason }: Report,
  resolution: ResolveReport,
  now: number,
): DurableEvent[] {
  switch (resolution.action) {
    case "dismiss":
      return [];
    case "delete":
      return deleteEntry.run(thread, user, { type: "delete", id: crypto.randomUUID(), seq }, now).events;
    case "timeout": {
      const timeout = { userId: author.id, timeoutUntil: resolution.until, profile: null };
      return putMemberEntry.run(thread, user, { type: "put_member", ...timeout }, now).events;
    }
    case "ban": {
      const { until } = resolution;
      return banEntry.run(thread, user, { type: "ban", userId: author.id, until, reason }, now).events;
    }
  }
}
