/** What can be read of a thread besides the thread itself, its members and its messages. */
import type { User } from "../protocol/model.ts";
import type { QueryOf, QueryResults, QueryType } from "../rpc/thread.ts";
import { invitationsQueryEntry } from "./consent/queries/invitations.ts";
import { linksQueryEntry } from "./links/queries/links.ts";
import { auditQueryEntry } from "./moderation/queries/audit.ts";
import { bansQueryEntry } from "./moderation/queries/bans.ts";
import type { QueryEntry } from "./query.ts";
import { namedReportsQueryEntry, reportsQueryEntry } from "./reports/queries/reports.ts";
import type { StoredThread } from "./stored-thread.ts";

const QUERIES: { [T in QueryType]: QueryEntry<T> } = {
  audit: auditQueryEntry,
  bans: bansQueryEntry,
  reports: reportsQueryEntry,
  named_reports: namedReportsQueryEntry,
  links: linksQueryEntry,
  invitations: invitationsQueryEntry,
};

/** Answers a query, for one who may ask it. */
export function runQuery<T extends QueryType>(
  thread: StoredThread,
  user: User,
  query: QueryOf<T>,
): QueryResults[T] {
  const entry: QueryEntry<T> = QUERIES[query.type];
  return entry(thread, user, query);
}
