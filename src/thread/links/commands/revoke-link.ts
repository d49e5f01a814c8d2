/** Revokes an invitation link: from here on it lets nobody in. Who came by it stays. */
import { noSuchLink } from "../../../protocol/errors.ts";
import type { CommandEntry } from "../../writing/command.ts";

export const revokeLinkEntry: CommandEntry<"revoke_link"> = {
  run(thread, user, { no }, now) {
    thread.require("manage links", user);
    if (!thread.links.revoke(no)) throw noSuchLink();
    thread.audit.add({ action: "link.revoked", by: user.id, detail: { no } }, now);
    return { value: undefined, events: [], ack: { rev: thread.rev, at: now } };
  },
  respondsAfter: "commit",
};
