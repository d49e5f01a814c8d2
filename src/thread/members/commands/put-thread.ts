/**
 * Brings the thread of a host's key up to what the host says it is to be: its name and data, and its members but those who
 * left. The host alone may. Making it is ChatThread's.
 */
import { otherKind } from "../../../protocol/errors.ts";
import type { DurableEvent } from "../../../protocol/events.ts";
import type { CommandEntry } from "../../writing/command.ts";
import { memberAdded } from "./put-member.ts";
import { threadChanged } from "./rename.ts";
import { threadFor } from "../../thread-view.ts";

export const putThreadEntry: CommandEntry<"put_thread"> = {
  run(thread, user, { kind, name, data, members }, now) {
    thread.require("put thread", user);
    if (thread.kind !== kind) throw otherKind(thread.kind);
    const events: DurableEvent[] = [];
    const isRenamed = name !== undefined && thread.setName(name);
    const hasOtherData = data !== undefined && thread.setData(data);
    if (isRenamed || hasOtherData) {
      // The data itself is the host's, and may be long.
      const changed = { ...(isRenamed && { name }), ...(hasOtherData && { data: true }) };
      events.push(...threadChanged(thread, user, changed, now).events);
    }
    for (const member of members) {
      // Whoever was in it once, and is not now, left or was removed.
      const { invitations, bans, profiles } = thread;
      const wasHere = profiles.has(member.id) || invitations.isOnlyInvited(member.id);
      if (wasHere || bans.isBanned(member.id, now)) continue;
      thread.addMember(member, "member", now);
      events.push(...memberAdded(thread, member.id, user, now).events);
    }
    return { value: threadFor(thread, user), events, ack: { rev: thread.rev, at: now } };
  },
  respondsAfter: "notification",
};
