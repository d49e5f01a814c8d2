/** A thread's messages as one reader was told of them: in the end it is what is stored, or the reader was misled. */
import type { DurableEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/model.ts";

export class Picture {
  readonly #messages = new Map<number, Message>();

  get seqs(): number[] {
    return [...this.#messages.keys()];
  }

  message(seq: number): Message | undefined {
    return this.#messages.get(seq);
  }

  /** Keeps the newer of what is known and what is told: a replayed event carries its message as it is now. */
  show(message: Message): void {
    const known = this.#messages.get(message.seq);
    if (!known || known.rev <= message.rev) this.#messages.set(message.seq, message);
  }

  apply(event: DurableEvent): void {
    if (event.type === "chat" || event.type === "edit") this.show(event.message);
    if (event.type === "react" || event.type === "unreact") this.#react(event);
  }

  /** How this differs from the stored message, if it does. */
  difference(stored: Message): string | undefined {
    const told = this.#messages.get(stored.seq);
    if (!told) return "was never told";
    if (summary(told) === summary(stored)) return undefined;
    return `was told ${summary(told)} where ${summary(stored)} is stored`;
  }

  #react({ type, rev, seq, emoji, user }: Extract<DurableEvent, { type: "react" | "unreact" }>): void {
    const message = this.#messages.get(seq);
    if (!message || message.rev >= rev) return;
    const others = (message.reactions ?? []).filter((reaction) => reaction.emoji !== emoji);
    const before = message.reactions?.find((reaction) => reaction.emoji === emoji)?.userIds ?? [];
    const userIds = before.filter((id) => id !== user.id);
    if (type === "react") userIds.push(user.id);
    const reactions = [...others, { emoji, userIds, count: userIds.length }].filter(({ count }) => count > 0);
    this.#messages.set(seq, { ...message, rev, reactions });
  }
}

/** All of a message that matters; who reacted first does not. */
function summary({ id, author, body, rev, reactions = [] }: Message): string {
  const reacted = reactions.map(
    ({ emoji, count, userIds }) => `${emoji}${count}${userIds.toSorted().join("+")}`,
  );
  return JSON.stringify([author.id, id, body, rev, reacted.toSorted()]);
}
