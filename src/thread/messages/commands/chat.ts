/** `chat`: sends a message. Members may. One that was sent before under the same `id` is not stored again. */
import { LilypadError } from "../../../protocol/errors.ts";
import type { DurableEvent } from "../../../protocol/events.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { CommandEntry, EventEntry } from "../../writing/command.ts";
import { post, postedBefore } from "../post-message.ts";

export const chatEntry: CommandEntry<"chat"> = {
  run(thread, user, command, now) {
    thread.require("send", user);
    const repeat = postedBefore(thread, user, command);
    if (repeat) return repeat;
    const { id, body, replyTo } = command;
    const data = command.data ? JSON.stringify(command.data) : undefined;
    requireReplied(thread, replyTo);
    return post(thread, user, { id, body, data, replyTo }, now);
  },
  beforeSend(thread, user, command) {
    thread.require("send", user);
    if (postedBefore(thread, user, command)) return undefined;
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

function requireReplied(thread: StoredThread, replyTo: number | undefined): void {
  if (replyTo === undefined || thread.messages.has(replyTo)) return;
  throw new LilypadError("bad_request", "replyTo: names no message of this thread", {
    issues: [{ path: "replyTo", message: "names no message of this thread" }],
  });
}

/** Replayed from the message log. */
export const chatEventEntry: EventEntry<Extract<DurableEvent, { type: "chat" }>> = {
  concernsPresence: () => true,
  isDelivered: true,
  movesMarker: ({ message }) => ({ userId: message.author.id, seq: message.seq }),
};
