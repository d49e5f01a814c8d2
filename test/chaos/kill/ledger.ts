/** What was asked of one thread and what was promised: the truth that its storage is held to. */
import type { Message } from "../../../src/protocol/model.ts";

export type Command =
  | { type: "chat"; id: string; body: string; since: number }
  | { type: "edit"; id: string; seq: number; body: string }
  | { type: "react" | "unreact"; id: string; seq: number; emoji: string };

interface Chat {
  authorId: string;
  command: Extract<Command, { type: "chat" }>;
  /** Where it was acknowledged to stand. */
  seq?: number;
}

export class Ledger {
  readonly threadId: string;
  readonly memberIds: readonly string[];
  /** By author and id, which together name a chat. */
  readonly #chats = new Map<string, Chat>();
  /** The last body each message was given by an edit: only its author edits, one command after the other. */
  readonly #edits = new Map<number, string>();
  /** Whether, by what they asked last, a user's emoji is on a message. */
  readonly #reactions = new Map<number, Map<string, boolean>>();
  readonly #read = new Map<string, number>();
  #newestSeq = 0;

  constructor(threadId: string, memberIds: readonly string[]) {
    this.threadId = threadId;
    this.memberIds = memberIds;
  }

  sent(authorId: string, command: Command): void {
    switch (command.type) {
      case "chat":
        this.#chats.set(keyOf(authorId, command.id), { authorId, command });
        break;
      case "edit":
        this.#edits.set(command.seq, command.body);
        break;
      case "react":
      case "unreact": {
        const reactions = this.#reactions.get(command.seq) ?? new Map<string, boolean>();
        this.#reactions.set(
          command.seq,
          reactions.set(`${command.emoji} ${authorId}`, command.type === "react"),
        );
      }
    }
  }

  /** A chat was acknowledged: its message is promised to be there, at this `seq`, and its author has read so far. */
  acknowledged(authorId: string, id: string, seq: number): void {
    const chat = this.#chats.get(keyOf(authorId, id));
    if (chat) chat.seq = seq;
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    this.read(authorId, seq);
  }

  /** A member's marker is promised to stand here, or further on. */
  read(userId: string, seq: number): void {
    this.#read.set(userId, Math.max(seq, this.#read.get(userId) ?? 0));
  }

  get newestSeq(): number {
    return this.#newestSeq;
  }

  get chats(): readonly Chat[] {
    return [...this.#chats.values()];
  }

  chat(authorId: string, id: string): Chat | undefined {
    return this.#chats.get(keyOf(authorId, id));
  }

  /** What is unread for a member, once all that was sent is acknowledged. */
  unread(userId: string): number {
    return this.#newestSeq - (this.#read.get(userId) ?? 0);
  }

  /** What is wrong with a stored message that was asked for so, if anything. */
  complaint(chat: Chat, stored: Message): string | undefined {
    const body = this.#edits.get(stored.seq) ?? chat.command.body;
    if (chat.seq !== undefined && stored.seq !== chat.seq) return `was acknowledged as ${chat.seq}`;
    if (stored.body !== body) return `says ${JSON.stringify(stored.body)}, not ${JSON.stringify(body)}`;
    const owed = [...(this.#reactions.get(stored.seq) ?? [])].flatMap(([key, is]) => (is ? [key] : []));
    const has = (stored.reactions ?? []).flatMap(({ emoji, userIds }) =>
      userIds.map((id) => `${emoji} ${id}`),
    );
    if (owed.toSorted().join() !== has.toSorted().join())
      return `has reactions ${has.join()}, not ${owed.join()}`;
    return undefined;
  }
}

function keyOf(authorId: string, id: string): string {
  return `${authorId} ${id}`;
}
