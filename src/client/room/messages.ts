/** A thread's messages as a client holds them: ascending, without a hole, each in its newest version. Pure. */
import type { Message, Reaction, User } from "../../protocol/model.ts";
import { REACTION_USER_IDS } from "../../protocol/limits.ts";

/**
 * Puts messages into the list. Of two versions of one the higher `rev` wins, so pages, replays and live
 * events may overlap and come in any order.
 */
export function mergeMessages(shown: readonly Message[], incoming: readonly Message[]): readonly Message[] {
  const [first] = incoming;
  // What comes one by one comes at the end.
  if (incoming.length === 1 && first && first.seq > (shown.at(-1)?.seq ?? 0)) return [...shown, first];
  const bySeq = new Map(shown.map((message) => [message.seq, message]));
  for (const message of incoming) {
    const held = bySeq.get(message.seq);
    if (!held || message.rev >= held.rev) bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}

/** Changes the message `seq`, unless it is not held or already of this `rev` or a later one. */
export function changeMessage(
  messages: readonly Message[],
  seq: number,
  rev: number,
  change: (message: Message) => Message,
): readonly Message[] {
  const at = messages.findIndex((message) => message.seq === seq);
  const held = messages[at];
  if (!held || held.rev >= rev) return messages;
  return messages.with(at, { ...change(held), rev });
}

/** What is left of a deleted message: its place, its author and when. */
export function tombstone(message: Message, deletedAt: number): Message {
  const { reactions: _reactions, ...rest } = message;
  return { ...rest, body: "", deletedAt };
}

/** The message with the user's reaction; as it is, if it has it. */
export function withReaction(message: Message, emoji: string, user: User): Message {
  const reactions = message.reactions ?? [];
  const at = reactions.findIndex((reaction) => reaction.emoji === emoji);
  const held = reactions[at];
  if (!held) return { ...message, reactions: [...reactions, { emoji, count: 1, userIds: [user.id] }] };
  if (held.userIds.includes(user.id)) return message;
  const userIds = [...held.userIds, user.id].slice(0, REACTION_USER_IDS);
  return { ...message, reactions: reactions.with(at, { emoji, count: held.count + 1, userIds }) };
}

/** The message without the user's reaction; an emoji that nobody chose any more goes. */
export function withoutReaction(message: Message, emoji: string, user: User): Message {
  const { reactions = [], ...rest } = message;
  const left = reactions.flatMap((reaction): Reaction[] => {
    if (reaction.emoji !== emoji) return [reaction];
    const userIds = reaction.userIds.filter((id) => id !== user.id);
    return reaction.count > 1 ? [{ emoji, count: reaction.count - 1, userIds }] : [];
  });
  return left.length > 0 ? { ...rest, reactions: left } : rest;
}
