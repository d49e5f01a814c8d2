/**
 * The reactions to a message, as the signed-in user sees them. Pure. A reaction lists the first 50 of its users: whether it
 * is the user's own is said in what is made for them, and otherwise follows from their own events, which all come.
 */
import type { DurableEvent } from "../../protocol/events.ts";
import { REACTION_USER_IDS } from "../../protocol/limits.ts";
import type { Message, Reaction } from "../../protocol/model.ts";

type ReactionEvent = Extract<DurableEvent, { type: "react" | "unreact" }>;

/** A message that has arrived, with `mine` in each reaction. `held` is the version before it, if there is one. */
export function withOwnReactions(message: Message, userId: string | undefined, held?: Message): Message {
  if (!message.reactions) return message;
  const isMine = (reaction: Reaction) =>
    reaction.mine ??
    (isListed(reaction, userId) ||
      (reaction.count > reaction.userIds.length && find(held, reaction.emoji)?.mine === true));
  return { ...message, reactions: message.reactions.map((one) => ({ ...one, mine: isMine(one) })) };
}

/** The message after a user has added or removed a reaction; an emoji without reactions is removed. */
export function changeReaction(message: Message, event: ReactionEvent, userId: string | undefined): Message {
  const { emoji, user, type } = event;
  const { reactions = [], ...rest } = message;
  const held = find(message, emoji) ?? { emoji, count: 0, userIds: [] };
  const isOwn = user.id === userId;
  const { count, userIds } = reactionAfter(event, held);
  const mine = isOwn ? type === "react" : (held.mine ?? isListed(held, userId));
  const changed: Reaction = { emoji, count, userIds, mine };
  const others = reactions.map((reaction) => (reaction.emoji === emoji ? changed : reaction));
  const all = held.count > 0 ? others : [...reactions, changed];
  const remaining = all.filter((reaction) => reaction.count > 0);
  return remaining.length > 0 ? { ...rest, reactions: remaining } : rest;
}

/** The reaction after an event. Where a replay leaves it out, a later event says it: until then the list may be short. */
function reactionAfter(
  { type, user, count, userIds }: ReactionEvent,
  held: Reaction,
): Pick<Reaction, "count" | "userIds"> {
  if (count !== undefined && userIds) return { count, userIds };
  const others = held.userIds.filter((id) => id !== user.id);
  return type === "react"
    ? { count: held.count + 1, userIds: [...others, user.id].slice(0, REACTION_USER_IDS) }
    : { count: held.count - 1, userIds: others };
}

function find(message: Message | undefined, emoji: string): Reaction | undefined {
  return message?.reactions?.find((reaction) => reaction.emoji === emoji);
}

function isListed({ userIds }: Reaction, userId: string | undefined): boolean {
  return userId !== undefined && userIds.includes(userId);
}
