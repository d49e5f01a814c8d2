/** `chat`: sends a message. Members may, as the settings let them. One that was sent before under the same `id` is not stored again. */
import { LilypadError } from "../../../protocol/errors.ts";
import type { DurableEvent } from "../../../protocol/events.ts";
import { REQUEST_MESSAGES } from "../../../protocol/limits.ts";
import type { User } from "../../../protocol/model.ts";
import { isSlowed } from "../../../protocol/rights.ts";
import type { CommandOf } from "../../../rpc/thread.ts";
import { acceptRequest } from "../../consent/commands/accept.ts";
import { forbidden } from "../../errors.ts";
import { memberChanged } from "../../members/commands/put-member.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { CommandEntry, EventEntry, Outcome } from "../../writing/command.ts";
import { post, postedBefore } from "../post-message.ts";

export const chatEntry: CommandEntry<"chat"> = {
  run(thread, user, command, now) {
    const repeat = repeatOf(thread, user, command);
    if (repeat) return repeat;
    requireFewInRequest(thread, user);
    requireTurn(thread, user, now);
    const { id, body, replyTo } = command;
    const data = command.data ? JSON.stringify(command.data) : undefined;
    requireReplied(thread, replyTo);
    const accepted = acceptRequest(thread, user, now) ?? shown(thread, user, now);
    const posted = post(thread, user, { id, body, data, replyTo }, now);
    const { acceptedBy } = thread.request;
    if (acceptedBy !== undefined && acceptedBy !== user.id) thread.contacts.bothHaveWritten();
    return accepted ? { ...posted, events: [...accepted.events, ...posted.events] } : posted;
  },
  beforeSend(thread, user, command) {
    if (repeatOf(thread, user, command)) return undefined;
    requireFewInRequest(thread, user);
    requireTurn(thread, user, Date.now());
    const { body, data, replyTo } = command;
    requireReplied(thread, replyTo);
    return {
      kind: "message",
      author: thread.profiles.get(user.id),
      body,
      ...(data && { data }),
      ...(replyTo !== undefined && { replyTo }),
    };
  },
  respondsAfter: "commit",
};

/** What was stored is acknowledged also where its sender may not send now. */
function repeatOf(thread: StoredThread, user: User, command: CommandOf<"chat">) {
  if (thread.standing(user) === null) throw forbidden();
  return postedBefore(thread, user, command);
}

/** Of one who was put into a direct thread by their id alone: writing in it shows who they are. */
function shown(thread: StoredThread, user: User, now: number): Outcome | undefined {
  if (thread.kind !== "direct" || thread.profiles.has(user.id)) return undefined;
  thread.profiles.add(user);
  thread.membership.unconfirmed.add(user.id);
  return memberChanged(thread, user.id, now);
}

/** Throws where the user may not send now. */
function requireTurn(thread: StoredThread, user: User, now: number): void {
  thread.require("send", user);
  if (isSlowed(thread.standing(user)))
    thread.slowMode.admit(user.id, thread.settings.current.slowModeMs, now);
}

function requireReplied(thread: StoredThread, replyTo: number | undefined): void {
  if (replyTo === undefined || thread.messages.has(replyTo)) return;
  throw new LilypadError("bad_request", "replyTo: names no message of this thread", {
    issues: [{ path: "replyTo", message: "names no message of this thread" }],
  });
}

/** Before the other accepts a direct thread, it has a few messages, deleted ones included. */
function requireFewInRequest(thread: StoredThread, user: User): void {
  if (thread.request.isFrom(user.id) && thread.messages.newest.seq >= REQUEST_MESSAGES) throw forbidden();
}

/** Replayed from the message log. */
export const chatEventEntry: EventEntry<Extract<DurableEvent, { type: "chat" }>> = {
  concernsPresence: () => true,
  isDelivered: true,
  movesMarker: ({ message }) => ({ userId: message.author.id, seq: message.seq }),
};
