/** Posting a message: what every command that makes one has in common. */
import type { Ack } from "../../protocol/events.ts";
import type { Message, User } from "../../protocol/model.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { Outcome } from "../writing/command.ts";
import type { IncomingMessage } from "./message-table.ts";

/** A message as stored; `repeat` where it was stored before under the same `id`. */
interface Posted {
  message: Message;
  repeat: boolean;
}

/**
 * The outcome of a message that this user sent before under the same `id`, or undefined where it is new. `since`: the
 * thread's rev when the command was first sent, from which on to look beyond the newest messages.
 */
export function postedBefore(
  thread: StoredThread,
  user: User,
  { id, since }: { id: string; since?: number | undefined },
): Outcome<Posted> | undefined {
  const first = thread.deduplication.find(user.id, id, since);
  if (first === undefined) return undefined;
  const message = thread.reactions.seenBy(user.id, thread.messages.get(first));
  return { value: { message, repeat: true }, events: [], ack: ackOf(message) };
}

/** Stores a message of this user: one row written, and one with data. */
export function post(
  thread: StoredThread,
  user: User,
  message: Omit<IncomingMessage, "author">,
  now: number,
): Outcome<Posted> {
  const rev = thread.rev + 1;
  const stored = thread.messages.add({ ...message, author: user.id }, rev, now);
  thread.deduplication.sent(user.id, stored.id, stored.seq);
  thread.readMarkers.sent(user.id, stored.seq);
  // What is sent to one who blocks it is no conversation.
  if (!thread.blocks.isAny) thread.contacts.wrote(user.id);
  thread.slowMode.sent(user.id, now);
  return {
    value: { message: stored, repeat: false },
    events: [{ type: "chat", rev, message: stored }],
    ack: ackOf(stored),
  };
}

function ackOf({ seq, rev, at }: Message): Ack {
  return { seq, rev, at };
}
