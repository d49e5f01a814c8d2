/** The model: what the thread must hold, by what was acknowledged. It knows the contract and nothing of the server. */
import { assert } from "vitest";
import { REACTION_USER_IDS } from "../../src/protocol/limits.ts";
import type { Kind, Message, Reaction, Role, ThreadSettings } from "../../src/protocol/model.ts";

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
  readonly settings: Pick<ThreadSettings, "locked" | "whoPosts"> = { locked: false, whoPosts: "members" };
  /** Who is banned, and whether they could see the thread when they were. */
  readonly bans = new Map<string, { couldSee: boolean }>();
  /** Whose timeout is not over: leaving does not lift it. */
  readonly timedOut = new Set<string>();
  readonly #kind: Kind;
  /** Members who joined without an event: by opening a socket of a public thread. */
  readonly admitted = new Set<string>();
  /** The least that each user's read marker can be, from what was acknowledged. */
  readonly readAtLeast = new Map<string, number>();
  readonly #messages: Expected[] = [];

  constructor(kind: Kind, name: string | null) {
    this.#kind = kind;
    this.name = name;
  }

  get newest(): number {
    return this.#messages.length;
  }

  /** Adds a message; `seq` is that of its ack. */
  sent(message: Sent, seq: number): void {
    assert.isUndefined(this.#messages[seq - 1], `seq ${seq} is assigned once`);
    this.#messages[seq - 1] = { ...message, isDeleted: false, reactions: new Map() };
    this.reads(message.author, seq);
  }

  /** A user's messages, oldest first. */
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
    assert.isFalse(this.bans.has(userId), `${userId} is banned, and comes back`);
    if (!this.roles.has(userId)) this.readAtLeast.set(userId, this.newest);
    this.roles.set(userId, role);
  }

  /**
   * The contract: when the last owner leaves, the longest-standing moderator becomes one; without one, in a group the
   * longest-standing member, and in a public thread nobody until the host names one.
   */
  leaves(userId: string): void {
    const wasOwner = this.roles.get(userId) === "owner";
    this.roles.delete(userId);
    this.readAtLeast.delete(userId);
    this.admitted.delete(userId);
    const roles = [...this.roles];
    if (!wasOwner || roles.some(([, role]) => role === "owner")) return;
    const next =
      roles.find(([, role]) => role === "moderator") ?? (this.#kind === "group" ? roles[0] : undefined);
    if (next) this.roles.set(next[0], "owner");
  }

  banned(userId: string): void {
    const couldSee = this.#kind === "public" || this.roles.has(userId);
    this.bans.set(userId, { couldSee: couldSee || this.bans.get(userId)?.couldSee === true });
    if (this.roles.has(userId)) this.leaves(userId);
  }

  /** Whether a user may send new messages, or edit and react. */
  mayWrite(userId: string, what: "send" | "change"): boolean {
    const role = this.roles.get(userId);
    if (role === undefined || this.timedOut.has(userId)) return false;
    const isForModerators =
      this.settings.locked || (what === "send" && this.settings.whoPosts === "moderators");
    return !isForModerators || role !== "member";
  }

  /** Asserts that these, all the messages of the thread, are exactly those that were acknowledged, each once. */
  check(messages: readonly Message[]): void {
    const ids = messages.map(({ author, id }) => `${author.id} ${id}`);
    assert.equal(new Set(ids).size, ids.length, "no id of an author is stored twice");
    const seqs = messages.map(({ seq }) => seq);
    assert.deepEqual(
      [...seqs.keys()],
      seqs.map((seq) => seq - 1),
      "seq counts from 1 without gaps",
    );
    const expected = this.#messages.map((message, i) => ({
      seq: i + 1,
      author: message.author,
      id: message.id,
      body: message.body,
      replyTo: message.replyTo,
      isDeleted: message.isDeleted,
      reactions: new Map([...message.reactions].map(([emoji, users]) => [emoji, users.length])),
    }));
    assert.deepEqual(messages.map(comparable), expected, "what was acknowledged is what is stored");
    for (const { seq, reactions = [] } of messages)
      for (const reaction of reactions) this.#checkList(seq, reaction);
  }

  /** Asserts that these messages, as this user sees them, say which reactions are theirs. */
  checkOwn(userId: string, messages: readonly Message[]): void {
    for (const { seq, reactions = [] } of messages) {
      for (const { emoji, count, userIds, mine } of reactions) {
        const users = this.#at(seq).reactions.get(emoji) ?? [];
        if (mine === undefined) assert.equal(count, userIds.length, "said where not everyone is listed");
        const isOwn = mine ?? userIds.includes(userId);
        assert.equal(isOwn, users.includes(userId), `whether ${emoji} on message ${seq} is of ${userId}`);
      }
    }
  }

  /** The list has everyone who reacted, or as many as a list holds. */
  #checkList(seq: number, { emoji, userIds }: Reaction): void {
    const users = this.#at(seq).reactions.get(emoji) ?? [];
    assert.equal(new Set(userIds).size, Math.min(users.length, REACTION_USER_IDS), "how many are listed");
    assert.includeMembers(users, userIds, "who is listed has reacted");
  }

  #at(seq: number): Expected {
    const message = this.#messages[seq - 1];
    if (!message) throw new Error(`a change of message ${seq} was acknowledged, which does not exist`);
    return message;
  }
}

function comparable(message: Message) {
  return {
    seq: message.seq,
    author: message.author.id,
    id: message.id,
    body: message.body,
    replyTo: message.replyTo,
    isDeleted: message.deletedAt !== undefined,
    reactions: new Map((message.reactions ?? []).map(({ emoji, count }) => [emoji, count])),
  };
}
