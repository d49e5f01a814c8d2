/** Reports a message to those who moderate the thread. Whoever may read it may, once; what it says is kept until the report is resolved. */
import { LilypadError } from "../../../protocol/errors.ts";
import { OPEN_REPORTS, OPEN_REPORTS_PER_USER } from "../../../protocol/limits.ts";
import { isHost } from "../../../protocol/system-user.ts";
import { forbidden, messageGone } from "../../errors.ts";
import type { CommandEntry, Outcome } from "../../writing/command.ts";

export const reportEntry: CommandEntry<"report"> = {
  run(thread, user, { seq, reason, note }, now): Outcome<void> {
    thread.standing(user);
    if (isHost(user)) throw forbidden();
    const ack = { seq, rev: thread.rev, at: now };
    const { author, body, deletedAt } = thread.messages.get(seq);
    if (thread.reports.has(seq, user.id)) return { value: undefined, events: [], ack };
    if (deletedAt !== undefined) throw messageGone();
    const open = thread.reports.countOpen();
    if (open.by(user.id) >= OPEN_REPORTS_PER_USER)
      throw new LilypadError("conflict", "Your earlier reports here are looked at first.");
    if (open.all >= OPEN_REPORTS) throw new LilypadError("conflict", "Too many reports wait here.");
    thread.reports.add(
      { seq, author: author.id, by: user, reason, note: note ?? undefined, body },
      thread.rev,
      now,
    );
    return { value: undefined, events: [], ack, concernsReports: true };
  },
  respondsAfter: "commit",
};
