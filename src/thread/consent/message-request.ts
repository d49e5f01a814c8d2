/**
 * Of a direct thread that somebody opened with one who is no contact of theirs: that the other has yet to accept it. Until
 * then the other sees it as an invitation, with up to three messages, and writing in it accepts.
 */
import { INVITATION_MS } from "../../protocol/limits.ts";
import type { Invited } from "./invitation-store.ts";

type RequestRow = {
  from_id: string;
  to_id: string;
  at: number;
  declined_at: number | null;
  accepted_at: number | null;
};

export class MessageRequest {
  readonly #sql: SqlStorage;
  #row: RequestRow | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#row = sql
      .exec<RequestRow>("SELECT from_id, to_id, at, declined_at, accepted_at FROM message_request")
      .toArray()[0];
  }

  /** Writes that a new direct thread is a request. */
  static create(sql: SqlStorage, from: string, to: string, now: number): void {
    sql.exec("INSERT INTO message_request (only, from_id, to_id, at) VALUES (1, ?, ?, ?)", from, to, now);
  }

  /** Whether it is one that was not accepted. */
  get isPending(): boolean {
    return this.#row !== undefined && this.#row.accepted_at === null;
  }

  /** Who accepted it, by writing or without; undefined where nobody had to. */
  get acceptedBy(): string | undefined {
    return this.#row && this.#row.accepted_at !== null ? this.#row.to_id : undefined;
  }

  /** Who asked, and who was asked, and has not accepted. */
  get pending(): { from: string; to: string; at: number } | undefined {
    return this.#row && this.isPending
      ? { from: this.#row.from_id, to: this.#row.to_id, at: this.#row.at }
      : undefined;
  }

  /** Who asked, whatever became of it. */
  get inviter(): string | undefined {
    return this.#row?.from_id;
  }

  /** Whether this one was asked, and has not accepted. */
  isTo(userId: string): boolean {
    return this.isPending && this.#row?.to_id === userId;
  }

  /** Whether this one asked, and the other has not accepted. */
  isFrom(userId: string): boolean {
    return this.isPending && this.#row?.from_id === userId;
  }

  /** The invitation that a user sees. */
  shownTo(userId: string, now: number): Invited | undefined {
    if (!this.#row || !this.isTo(userId)) return undefined;
    const { declined_at, from_id, at } = this.#row;
    const isDeclined = declined_at !== null && declined_at > now - INVITATION_MS;
    return isDeclined ? undefined : { by: from_id, at };
  }

  accept(now: number): void {
    if (!this.#row) return;
    this.#sql.exec("UPDATE message_request SET accepted_at = ?", now);
    this.#row.accepted_at = now;
  }

  decline(now: number): void {
    if (!this.#row) return;
    this.#sql.exec("UPDATE message_request SET declined_at = ?", now);
    this.#row.declined_at = now;
  }
}
