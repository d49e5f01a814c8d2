/** Who is banned, newest first. Moderators, owners and the host may see it. */
import type { QueryEntry } from "../../query.ts";

export const bansQueryEntry: QueryEntry<"bans"> = (thread, user, query) => {
  thread.require("see bans", user);
  return thread.bans.page(query, Date.now());
};
