/** The reports of a thread, newest first, for who may resolve them; and those that the host's list names. */
import { z } from "zod";
import { isHost } from "../../../protocol/system-user.ts";
import { parse } from "../../../protocol/parse.ts";
import { beforeNo } from "../../../protocol/reports.ts";
import type { QueryEntry } from "../../query.ts";

export const reportsQueryEntry: QueryEntry<"reports"> = (thread, user, { cursor, limit, state }) => {
  thread.require("see reports", user);
  const before =
    cursor === undefined ? Number.MAX_SAFE_INTEGER : parse(z.object({ cursor: beforeNo }), { cursor }).cursor;
  const found = thread.reports.list({
    before,
    limit: limit + 1,
    state,
    notAbout: isHost(user) ? undefined : user.id,
  });
  const reports = found.slice(0, limit);
  const last = reports.at(-1);
  return { reports, ...(found.length > limit && last && { nextCursor: String(last.no) }) };
};

export const namedReportsQueryEntry: QueryEntry<"named_reports"> = (thread, user, { nos }) => {
  thread.require("see reports", user);
  return { reports: nos.flatMap((no) => thread.reports.get(no) ?? []) };
};
