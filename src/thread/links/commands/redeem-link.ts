/**
 * Lets a user in by an invitation link, to whom the thread may not exist otherwise. Whatever is wrong with the link, they learn
 * that there is none. A member spends no use.
 */
import { noSuchLink } from "../../../protocol/errors.ts";
import { LINK_CONTACT_MS } from "../../../protocol/limits.ts";
import { isHost } from "../../../protocol/system-user.ts";
import { forbidden } from "../../errors.ts";
import { memberAdded } from "../../members/commands/put-member.ts";
import type { CommandEntry } from "../../writing/command.ts";
import { threadFor } from "../../thread-view.ts";

export const redeemLinkEntry: CommandEntry<"redeem_link"> = {
  run(thread, user, { hash }, now) {
    if (isHost(user)) throw forbidden();
    const no = thread.links.validWithHash(hash, now);
    if (no === undefined || thread.bans.isBanned(user.id, now)) throw noSuchLink();
    if (thread.membership.get(user.id))
      return { value: threadFor(thread, user), events: [], ack: { rev: thread.rev, at: now } };
    thread.links.use(no);
    // A link may be anywhere: who comes by it is not seen online, or written to, by all who are there at once.
    thread.addMember(user, "member", now, now + LINK_CONTACT_MS);
    thread.audit.add({ action: "link.redeemed", by: user.id, detail: { no } }, now);
    const { events, ack } = memberAdded(thread, user.id, user, now);
    return { value: threadFor(thread, user), events, ack };
  },
  isForStrangers: true,
  respondsAfter: "notification",
};
