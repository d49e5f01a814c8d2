/** A thread's messages as one client has them from its events. In the end they must equal what the thread stores. */
import type { DurableEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/model.ts";

export class MessageReplica {
  readonly #messages = new Map<number, Message>();

  get seqs(): number[] {
    return [...this.#messages.keys()];
  }

  message(seq: number): Message | undefined {
    return this.#messages.get(seq);
  }

  /** Keeps the version with the higher `rev`: a replayed event carries its message as it is now. */
  put(message: Message): void {
    const known = this.#messages.get(message.seq);
    if (!known || known.rev <= message.rev) this.#messages.set(message.seq, message);
  }

  apply(event: DurableEvent): void {
    if (event.type === "chat" || event.type === "edit") this.put(event.message);
    if (event.type === "react" || event.type === "unreact") this.#react(event);
  }

  /** How this differs from the stored message; undefined where it does not. */
  difference(stored: Message): string | undefined {
    const received = this.#messages.get(stored.seq);
    if (!received) return "received nothing";
    if (canonical(received) === canonical(stored)) return undefined;
    return `received ${canonical(received)} where ${canonical(stored)} is stored`;
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

/** What must be equal of two versions of a message; the order of reactions need not be. */
function canonical({ id, author, body, rev, reactions = [] }: Message): string {
  const reacted = reactions.map(
    ({ emoji, count, userIds }) => `${emoji}${count}${userIds.toSorted().join("+")}`,
  );
  return JSON.stringify([author.id, id, body, rev, reacted.toSorted()]);
}
