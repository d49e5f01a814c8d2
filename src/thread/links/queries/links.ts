/** The invitation links of the thread, for who may revoke them. */
import type { QueryEntry } from "../../query.ts";

export const linksQueryEntry: QueryEntry<"links"> = (thread, user) => {
  thread.require("manage links", user);
  return { links: thread.links.list() };
};
