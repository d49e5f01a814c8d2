/**
 * Whether a thread makes its members contacts of each other: a direct thread once both have written, a group of at most
 * 50 members, a public thread never. Noted of a direct thread by the second one's first message: no other message pays.
 */
import { CONTACT_GROUP_MEMBERS } from "../../protocol/limits.ts";
import type { Kind } from "../../protocol/model.ts";
import type { MessageLog } from "../messages/message-log.ts";
import type { Membership } from "./membership.ts";

export interface ThreadContactsParts {
  kind: Kind;
  membership: Membership;
  messages: MessageLog;
  /** Of a direct thread: whether both have written, as stored. */
  haveBothWritten: boolean;
}

export class ThreadContacts {
  readonly #sql: SqlStorage;
  readonly #parts: ThreadContactsParts;
  #haveBothWritten: boolean;
  /** The author of a direct thread's first message, once that was read. */
  #firstAuthor: string | undefined;

  constructor(sql: SqlStorage, parts: ThreadContactsParts) {
    this.#sql = sql;
    this.#parts = parts;
    this.#haveBothWritten = parts.haveBothWritten;
  }

  /** Whether the members are contacts by this thread. */
  get areMade(): boolean {
    const { kind, membership } = this.#parts;
    if (kind === "direct") return this.#haveBothWritten;
    return kind === "group" && membership.count() <= CONTACT_GROUP_MEMBERS;
  }

  /** Whether both of a direct thread have written. */
  get haveBothWritten(): boolean {
    return this.#haveBothWritten;
  }

  /** A message of this user was stored: one row written where both have written by it, and none else. */
  wrote(userId: string): void {
    const { kind, messages } = this.#parts;
    if (kind !== "direct" || this.#haveBothWritten) return;
    this.#firstAuthor ??= messages.get(1).author.id;
    if (this.#firstAuthor !== userId) this.bothHaveWritten();
  }

  /** Both count as having written: one row written. */
  bothHaveWritten(): void {
    if (this.#haveBothWritten) return;
    this.#haveBothWritten = true;
    this.#sql.exec("UPDATE thread SET mutual = 1");
  }
}
