/** The audit log, newest act first. Owners and the host may read it. */
import type { QueryEntry } from "../../query.ts";

export const auditQueryEntry: QueryEntry<"audit"> = (thread, user, query) => {
  thread.require("read the audit log", user);
  return thread.audit.page(query);
};
