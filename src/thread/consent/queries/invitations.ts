/** The pending invitations, newest first. Whoever may add others sees them. */
import { mayAdd } from "../../../protocol/rights.ts";
import { forbidden } from "../../errors.ts";
import type { QueryEntry } from "../../query.ts";

export const invitationsQueryEntry: QueryEntry<"invitations"> = (thread, user) => {
  if (!mayAdd(thread.kind, thread.standing(user), false, "member")) throw forbidden();
  const pending = thread.invitations.list(Date.now());
  return pending.map(({ userId, by, at }) => ({ userId, by: thread.profiles.get(by), at }));
};
