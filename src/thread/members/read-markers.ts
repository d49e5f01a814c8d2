/**
 * How far each member has read. A sender has read their own message, but storing that would double what a message
 * costs: such markers are kept in memory, read again from the newest messages after an eviction, and stored for
 * many messages at once.
 */
import type { Membership, StoredMember } from "./membership.ts";
import type { MessageLog } from "../messages/message-log.ts";

/** Senders' markers are stored once there are this many unsaved messages for each of their senders. */
const MESSAGES_PER_SAVED_MARKER = 20;
/** But not before so many messages, and at the latest after so many: what an eviction makes the thread read again. */
const SAVE_AFTER = 50;
const SAVE_AT_THE_LATEST = 500;

export class ReadMarkers {
  readonly #sql: SqlStorage;
  readonly #membership: Membership;
  readonly #log: MessageLog;
  /** Up to here senders' markers are stored. */
  #savedSeq: number;
  /** Up to here Presence has confirmed them too: what is stored as saved never goes beyond, so that a crash forgets none. */
  #confirmedSeq: number;
  /** Newest message of each sender whose marker is not stored, or not confirmed yet. */
  #senders: Map<string, number> | undefined;
  /** Markers that moved in a burst that is not over. */
  #moved = new Map<string, number>();

  constructor(sql: SqlStorage, membership: Membership, log: MessageLog) {
    this.#sql = sql;
    this.#membership = membership;
    this.#log = log;
    this.#savedSeq = sql
      .exec<{ senders_saved_seq: number }>("SELECT senders_saved_seq FROM thread")
      .one().senders_saved_seq;
    this.#confirmedSeq = this.#savedSeq;
  }

  of(member: StoredMember): number {
    const { userId, readSeq } = member;
    return Math.max(readSeq, this.senders().get(userId) ?? 0, this.#moved.get(userId) ?? 0);
  }

  /** The markers that messages moved: all that are not stored yet or not confirmed by Presence, and maybe some that are. */
  senders(): Map<string, number> {
    this.#senders ??= this.#log.newestByAuthor(this.#savedSeq);
    return this.#senders;
  }

  /** A message was stored: its sender has read up to it. */
  sent(author: string, seq: number): void {
    const senders = this.senders();
    senders.set(author, seq);
    const unsaved = seq - this.#savedSeq;
    const worthIt = unsaved >= SAVE_AFTER && unsaved >= senders.size * MESSAGES_PER_SAVED_MARKER;
    if (worthIt || unsaved >= SAVE_AT_THE_LATEST) this.#save(seq);
  }

  /** Presence has confirmed the markers of everyone who sent up to `seq`. */
  confirm(seq: number): void {
    this.#confirmedSeq = Math.max(this.#confirmedSeq, seq);
  }

  /** Moves a marker forward, in memory until `store`. False where it is there already. */
  move(member: StoredMember, seq: number): boolean {
    if (seq <= this.of(member)) return false;
    this.#moved.set(member.userId, seq);
    return true;
  }

  /** Stores the markers that moved, one row each; returns them. */
  store(): Map<string, number> {
    const moved = this.#moved;
    this.#moved = new Map();
    for (const [userId, seq] of moved) this.#membership.raiseMarker(userId, seq);
    return moved;
  }

  #save(upTo: number): void {
    const senders = this.senders();
    const confirmed = Math.min(upTo, this.#confirmedSeq);
    for (const [userId, seq] of senders) {
      this.#membership.raiseMarker(userId, seq);
      if (seq <= confirmed) senders.delete(userId);
    }
    this.#sql.exec("UPDATE thread SET senders_saved_seq = ?", confirmed);
    this.#savedSeq = upTo;
  }
}
