/** The model: what the thread must hold, by what was acknowledged. It knows the contract and nothing of the server. */
import { assert } from "vitest";
import type { Message, Role } from "../../src/protocol/model.ts";

interface Sent {
  author: string;
  id: string;
  body: string;
  replyTo?: number;
}

interface Expected extends Sent {
  isDeleted: boolean;
  reactions: Map<string, string[]>;
}

export class ExpectedThread {
  /** By user, in the order of joining. */
  readonly roles = new Map<string, Role>();
  name: string | null;
  /** Members without an event: a public thread takes in whoever opens a socket. */
  readonly admitted = new Set<string>();
  /** How far each has read at least: what an answer or an ack promised. */
  readonly readAtLeast = new Map<string, number>();
  readonly #messages: Expected[] = [];

  constructor(name: string | null) {
    this.name = name;
  }

  get newest(): number {
    return this.#messages.length;
  }

  /** One message; `seq` is what its ack said. */
  sent(message: Sent, seq: number): void {
    assert.isUndefined(this.#messages[seq - 1], `seq ${seq} is given once`);
    this.#messages[seq - 1] = { ...message, isDeleted: false, reactions: new Map() };
    this.reads(message.author, seq);
  }

  /** What was sent by a user, oldest first. */
  sentBy(userId: string): { seq: number; message: Sent }[] {
    return this.#messages
      .map((message, i) => ({ seq: i + 1, message }))
      .filter(({ message }) => message.author === userId);
  }

  edited(seq: number, body: string): void {
    this.#at(seq).body = body;
  }

  deleted(seq: number): void {
    Object.assign(this.#at(seq), { body: "", isDeleted: true, reactions: new Map() });
  }

  reacted(type: "react" | "unreact", seq: number, emoji: string, userId: string): void {
    const { reactions } = this.#at(seq);
    const others = (reactions.get(emoji) ?? []).filter((id) => id !== userId);
    const users = type === "react" ? [...others, userId] : others;
    if (users.length > 0) reactions.set(emoji, users);
    else reactions.delete(emoji);
  }

  reads(userId: string, seq: number): void {
    this.readAtLeast.set(userId, Math.max(seq, this.readAtLeast.get(userId) ?? 0));
  }

  joins(userId: string, role: Role): void {
    if (!this.roles.has(userId)) this.readAtLeast.set(userId, this.newest);
    this.roles.set(userId, role);
  }

  /** The contract: when the last owner leaves, the longest-standing moderator, else member, becomes one. */
  goes(userId: string): void {
    this.roles.delete(userId);
    this.readAtLeast.delete(userId);
    this.admitted.delete(userId);
    const roles = [...this.roles];
    const [heir] = roles.find(([, role]) => role === "moderator") ?? roles[0] ?? [];
    if (heir !== undefined && !roles.some(([, role]) => role === "owner")) this.roles.set(heir, "owner");
  }

  /** Whether these, all the messages of the thread, are what was acknowledged: no more, no less, each once. */
  check(messages: readonly Message[]): void {
    const ids = messages.map(({ author, id }) => `${author.id} ${id}`);
    assert.equal(new Set(ids).size, ids.length, "no id of an author is stored twice");
    const seqs = messages.map(({ seq }) => seq);
    assert.deepEqual(
      [...seqs.keys()],
      seqs.map((seq) => seq - 1),
      "seq counts from 1 without a hole",
    );
    const expected = this.#messages.map((message, i) => ({
      seq: i + 1,
      author: message.author,
      id: message.id,
      body: message.body,
      replyTo: message.replyTo,
      isDeleted: message.isDeleted,
      reactions: new Map([...message.reactions].map(([emoji, users]) => [emoji, new Set(users)])),
    }));
    assert.deepEqual(messages.map(essence), expected, "what was acknowledged is what is stored");
  }

  #at(seq: number): Expected {
    const message = this.#messages[seq - 1];
    if (!message) throw new Error(`acknowledged a change of message ${seq}, which there is not`);
    return message;
  }
}

function essence(message: Message) {
  return {
    seq: message.seq,
    author: message.author.id,
    id: message.id,
    body: message.body,
    replyTo: message.replyTo,
    isDeleted: message.deletedAt !== undefined,
    reactions: new Map((message.reactions ?? []).map(({ emoji, userIds }) => [emoji, new Set(userIds)])),
  };
}
