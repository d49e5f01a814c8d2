/** Whether the answer to a user who names an id that nobody has says so. */
import type { Config } from "./config.ts";

/**
 * Where strangers are asked and not everybody may be found, an unknown id is answered as a stranger's. Then nothing is read of
 * a stranger either, known or not, so that it takes as long.
 */
export function saysWhoIsUnknown({
  contactPolicy,
  userSearch,
}: Pick<Config, "contactPolicy" | "userSearch">): boolean {
  return contactPolicy === "open" || userSearch === "all";
}
