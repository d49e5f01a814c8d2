/** `chat`: sends a message. One that was sent before under the same `id` is acknowledged again, and not stored again. */
import { LilypadError } from "../../../protocol/errors.ts";
import type { Ack, DurableEvent } from "../../../protocol/events.ts";
import type { Message } from "../../../protocol/model.ts";
import type { CommandEntry, EventEntry } from "../../writing/command.ts";

export const chatEntry: CommandEntry<"chat"> = {
  run(thread, user, command, now) {
    thread.require("send", user);
    const first = thread.deduplication.find(user.id, command.id, command.since);
    if (first !== undefined) {
      const message = thread.messages.get(first);
      return { value: { message, repeat: true }, events: [], ack: ackOf(message) };
    }
    if (command.replyTo !== undefined && !thread.messages.has(command.replyTo)) {
      throw new LilypadError("bad_request", "replyTo: names no message of this thread", {
        issues: [{ path: "replyTo", message: "names no message of this thread" }],
      });
    }
    thread.profiles.upsert(user);
    const rev = thread.rev + 1;
    const { id, body, replyTo } = command;
    const message = thread.messages.add({ id, body, replyTo, author: user.id }, rev, now);
    thread.deduplication.sent(user.id, id, message.seq);
    thread.readMarkers.sent(user.id, message.seq);
    return {
      value: { message, repeat: false },
      events: [{ type: "chat", rev, message }],
      ack: ackOf(message),
    };
  },
  answersOnce: "stored",
};

/** Replayed from the message log. */
export const chatEventEntry: EventEntry<Extract<DurableEvent, { type: "chat" }>> = {
  concernsPresence: () => true,
  movesMarker: ({ message }) => ({ userId: message.author.id, seq: message.seq }),
};

function ackOf(message: Message): Ack {
  return { seq: message.seq, rev: message.rev, at: message.at };
}
