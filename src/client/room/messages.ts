/** A list of messages as a client holds it: ascending by `seq`, each message in its newest version. Pure. */
import type { ThreadEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/model.ts";
import { mapIfSome } from "../store/map-if-some.ts";
import { changeReaction, withOwnReactions } from "./reactions.ts";

/**
 * Merges messages into a list. Of two versions of a message the one with the higher `rev` wins, so pages, replays and
 * live events may overlap and come in any order.
 */
export function mergeMessages(held: readonly Message[], incoming: readonly Message[]): readonly Message[] {
  const [first] = incoming;
  const newest = held.at(-1)?.seq ?? 0;
  // The common case, a new message, without sorting the whole list.
  if (incoming.length === 1 && first && first.seq > newest) return [...held, first];
  const bySeq = new Map(held.map((message) => [message.seq, message]));
  for (const message of incoming) {
    const other = bySeq.get(message.seq);
    if (!other || message.rev >= other.rev) bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}

/**
 * Applies an event that changes a message or its author's profile, for the user who is signed in; the same list if the
 * message is not in it, or is as new as the event.
 */
export function changeMessages(
  messages: readonly Message[],
  event: ThreadEvent,
  userId: string | undefined,
): readonly Message[] {
  switch (event.type) {
    case "edit":
      return replace(messages, event.message, (held) => withOwnReactions(event.message, userId, held));
    case "delete":
      return replace(messages, event, (message) => toTombstone(message, event.deletedAt));
    case "react":
    case "unreact":
      return replace(messages, event, (message) => changeReaction(message, event, userId));
    case "user":
      return mapIfSome(
        messages,
        ({ author }) => author.id === event.user.id,
        (message) => ({ ...message, author: event.user }),
      );
    default:
      return messages;
  }
}

/** Replaces the message `seq` by what `change` makes of it, unless it is of this `rev` or a later one already. */
function replace(
  messages: readonly Message[],
  { seq, rev }: { seq: number; rev: number },
  change: (message: Message) => Message,
): readonly Message[] {
  const index = messages.findIndex((message) => message.seq === seq);
  const held = messages[index];
  if (!held || held.rev >= rev) return messages;
  return messages.with(index, { ...change(held), rev });
}

/** What remains of a deleted message: neither text, data nor reactions. */
function toTombstone(message: Message, deletedAt: number): Message {
  const { reactions: _reactions, data: _data, ...rest } = message;
  return { ...rest, body: "", deletedAt };
}
