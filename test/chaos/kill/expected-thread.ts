/** What one thread must contain: the commands that were sent to it, and what was acknowledged. */
import type { Message } from "../../../src/protocol/model.ts";

export type SentCommand =
  | { type: "chat"; id: string; body: string; since: number }
  | { type: "edit"; id: string; seq: number; body: string }
  | { type: "react" | "unreact"; id: string; seq: number; emoji: string };

interface SentChat {
  authorId: string;
  command: Extract<SentCommand, { type: "chat" }>;
  /** The `seq` in its acknowledgement. */
  seq?: number;
}

export class ExpectedThread {
  readonly threadId: string;
  readonly memberIds: readonly string[];
  /** By author and command id. */
  readonly #chats = new Map<string, SentChat>();
  /** The body of each message's last edit. Only its author edits a message, one command after the other. */
  readonly #edits = new Map<number, string>();
  /** Per message: whether the last command of a user for an emoji was `react`. */
  readonly #reactions = new Map<number, Map<string, boolean>>();
  readonly #readSeqs = new Map<string, number>();
  #newestSeq = 0;

  constructor(threadId: string, memberIds: readonly string[]) {
    this.threadId = threadId;
    this.memberIds = memberIds;
  }

  /** The beginning of its id, for messages. */
  get label(): string {
    return this.threadId.slice(0, 6);
  }

  sent(authorId: string, command: SentCommand): void {
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

  /** A chat was acknowledged: its message must be stored at this `seq`, up to which its author has read. */
  acknowledged(authorId: string, id: string, seq: number): void {
    const chat = this.#chats.get(keyOf(authorId, id));
    if (chat) chat.seq = seq;
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    this.read(authorId, seq);
  }

  /** A member's read marker was acknowledged to stand at `seq` or above. */
  read(userId: string, seq: number): void {
    this.#readSeqs.set(userId, Math.max(seq, this.#readSeqs.get(userId) ?? 0));
  }

  get newestSeq(): number {
    return this.#newestSeq;
  }

  get chats(): readonly SentChat[] {
    return [...this.#chats.values()];
  }

  chat(authorId: string, id: string): SentChat | undefined {
    return this.#chats.get(keyOf(authorId, id));
  }

  /** A member's unread count, once every command sent is acknowledged. */
  unread(userId: string): number {
    return this.#newestSeq - (this.#readSeqs.get(userId) ?? 0);
  }

  /** How the stored message differs from what was acknowledged; undefined where it does not. */
  difference(chat: SentChat, stored: Message): string | undefined {
    const body = this.#edits.get(stored.seq) ?? chat.command.body;
    if (chat.seq !== undefined && stored.seq !== chat.seq) return `was acknowledged as ${chat.seq}`;
    if (stored.body !== body)
      return `has the body ${JSON.stringify(stored.body)}, not ${JSON.stringify(body)}`;
    const expected = [...(this.#reactions.get(stored.seq) ?? [])].flatMap(([key, isSet]) =>
      isSet ? [key] : [],
    );
    const actual = (stored.reactions ?? []).flatMap(({ emoji, userIds }) =>
      userIds.map((id) => `${emoji} ${id}`),
    );
    if (expected.toSorted().join() !== actual.toSorted().join())
      return `has the reactions ${actual.join()}, not ${expected.join()}`;
    return undefined;
  }
}

function keyOf(authorId: string, id: string): string {
  return `${authorId} ${id}`;
}
