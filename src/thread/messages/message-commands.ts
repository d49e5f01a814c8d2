/** What can be done to messages: each decides the caller's right, writes, and says what happened. Both doors end here. */
import { LilypadError } from "../../protocol/errors.ts";
import type { PostMessage } from "../../protocol/http.ts";
import type { Message, User } from "../../protocol/model.ts";
import * as rights from "../../protocol/rights.ts";
import type { Outcome } from "../writing/command.ts";
import * as refusals from "../errors.ts";
import type { Thread } from "../thread.ts";

export function sendMessage(
  thread: Thread,
  user: User,
  message: PostMessage & { id: string },
  now: number,
): Outcome<{ message: Message; repeat: boolean }> {
  thread.require("send", user);
  const first = thread.repeats.find(user.id, message.id, message.since);
  if (first !== undefined) {
    const stored = thread.log.get(first);
    return { value: { message: stored, repeat: true }, events: [], ack: ackOf(stored) };
  }
  if (message.replyTo !== undefined && !thread.log.has(message.replyTo)) {
    throw new LilypadError("bad_request", "replyTo: names no message of this thread", {
      issues: [{ path: "replyTo", message: "names no message of this thread" }],
    });
  }
  thread.people.meet(user);
  const rev = thread.rev + 1;
  const stored = thread.log.add({ ...message, author: user.id }, rev, now);
  thread.repeats.sent(user.id, message.id, stored.seq);
  thread.markers.sent(user.id, stored.seq);
  return {
    value: { message: stored, repeat: false },
    events: [{ type: "chat", rev, message: stored }],
    ack: ackOf(stored),
  };
}

export function editMessage(
  thread: Thread,
  user: User,
  seq: number,
  body: string,
  now: number,
): Outcome<Message> {
  const standing = thread.standing(user);
  const before = thread.log.get(seq);
  if (standing === null || before.author.id !== user.id) throw refusals.forbidden();
  requireAlive(before);
  const rev = thread.record({ type: "edit", seq }, now);
  thread.log.edit(seq, body, rev, now);
  const message = thread.log.get(seq);
  return { value: message, events: [{ type: "edit", rev, message }], ack: { seq, rev, at: now } };
}

export function eraseMessage(thread: Thread, user: User, seq: number, now: number): Outcome<void> {
  const standing = thread.standing(user);
  const before = thread.log.get(seq);
  if (!rights.mayErase(thread.kind, standing, before.author.id === user.id)) throw refusals.forbidden();
  if (before.deletedAt !== undefined) {
    return { value: undefined, events: [], ack: { seq, rev: before.rev, at: before.deletedAt } };
  }
  thread.reactions.forget(before);
  const rev = thread.record({ type: "delete", seq, userId: user.id }, now);
  thread.log.erase(seq, rev, now);
  const by = thread.people.get(user.id);
  return {
    value: undefined,
    events: [{ type: "delete", rev, seq, deletedAt: now, by }],
    ack: { seq, rev, at: now },
  };
}

export function react(
  thread: Thread,
  user: User,
  type: "react" | "unreact",
  seq: number,
  emoji: string,
  now: number,
): Outcome<void> {
  thread.require("send", user);
  const message = thread.log.get(seq);
  requireAlive(message);
  const reactions =
    type === "react"
      ? thread.reactions.with(message, emoji, user.id)
      : thread.reactions.without(message, emoji, user.id);
  if (!reactions) return { value: undefined, events: [], ack: { seq, rev: message.rev, at: now } };
  thread.people.meet(user);
  const rev = thread.record({ type, seq, userId: user.id, emoji }, now);
  thread.log.setReactions(seq, reactions, rev);
  return {
    value: undefined,
    events: [{ type, rev, seq, emoji, user: thread.people.get(user.id) }],
    ack: { seq, rev, at: now },
  };
}

function ackOf(message: Message): Outcome<unknown>["ack"] {
  return { seq: message.seq, rev: message.rev, at: message.at };
}

function requireAlive(message: Message): void {
  if (message.deletedAt !== undefined) throw new LilypadError("gone", "That message was deleted.");
}
