/**
 * Makes an invitation link. Moderators, owners and the host may, the host alone where CONTACT_POLICY says so; into a direct thread
 * nobody is invited.
 */
import { LilypadError } from "../../../protocol/errors.ts";
import { LINKS } from "../../../protocol/limits.ts";
import { isHost } from "../../../protocol/system-user.ts";
import { forbidden } from "../../errors.ts";
import type { CommandEntry } from "../../writing/command.ts";

export const createLinkEntry: CommandEntry<"create_link"> = {
  run(thread, user, { hash, expiresAt, uses }, now) {
    thread.require("manage links", user);
    if (thread.consent.contactPolicy === "host" && !isHost(user)) throw forbidden();
    const ack = { rev: thread.rev, at: now };
    // A call that was repeated.
    const known = thread.links.withHash(hash);
    if (known) return { value: known, events: [], ack };
    const link = thread.links.add(
      { hash, byId: user.id, expiresAt: expiresAt ?? null, uses: uses ?? null },
      now,
    );
    if (!link) throw new LilypadError("conflict", `A thread has at most ${LINKS} links: revoke one first.`);
    const { no } = link;
    const detail = { no, ...(expiresAt && { expiresAt }), ...(uses && { uses }) };
    thread.audit.add({ action: "link.created", by: user.id, detail }, now);
    return { value: link, events: [], ack };
  },
  respondsAfter: "commit",
};
