/** What was revoked of this shard's users. */
import { ENDED_SESSIONS } from "../../protocol/limits.ts";
import type { EndedSessionRow, RevocationRow } from "../../rpc/presence.ts";
import { isRevoked, type Issuance, type Revocation } from "../../rpc/revocation.ts";

/** In place of those ended sessions of a user that are too many to keep: with the latest of their ends. */
const FORGOTTEN = "";

export class Revocations {
  readonly #sql: SqlStorage;
  /** Called when something of a user was revoked. */
  onChange: (userId: string) => void = () => {};

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Revokes what is older than this time, in seconds since the epoch: one row written. False where it was already. */
  revoke(userId: string, before: number): boolean {
    if ((this.#before(userId) ?? -Infinity) >= before) return false;
    this.#sql.exec(
      "INSERT INTO revocations VALUES (?, ?) ON CONFLICT DO UPDATE SET before = excluded.before",
      userId,
      before,
    );
    this.onChange(userId);
    return true;
  }

  /** Ends a session whose cookies are valid until then: one row written. False where it had ended. */
  endSession(userId: string, sessionId: string, until: number, now: number): boolean {
    this.#sql.exec("DELETE FROM ended_sessions WHERE user_id = ? AND until <= ?", userId, now);
    if (this.#hasEnded(userId, sessionId)) return false;
    this.#forgetTooMany(userId);
    this.#sql.exec("INSERT INTO ended_sessions VALUES (?, ?, ?)", userId, sessionId, until);
    this.onChange(userId);
    return true;
  }

  /** All that was revoked of a user. */
  of(userId: string, now: number): Revocation {
    const sessions = this.#sql
      .exec<{ session_id: string }>(
        "SELECT session_id FROM ended_sessions WHERE user_id = ? AND until > ? AND session_id <> ?",
        userId,
        now,
        FORGOTTEN,
      )
      .toArray();
    return { before: this.#before(userId), sessions: sessions.map((row) => row.session_id) };
  }

  /** Whether a credential of a user was revoked: three rows read at most. */
  isRevoked(userId: string, issuance: Issuance): boolean {
    const { sessionId, expiresAt = Infinity } = issuance;
    const isEnded = (id: string) => this.#hasEnded(userId, id) || expiresAt <= this.#forgottenUntil(userId);
    const sessions = sessionId !== undefined && isEnded(sessionId) ? [sessionId] : [];
    return isRevoked(issuance, { before: this.#before(userId), sessions });
  }

  // --- as users move to another shard (resharding/)

  add(row: RevocationRow): void {
    this.revoke(row.user_id, row.before);
  }

  remove({ user_id }: RevocationRow): void {
    this.#sql.exec("DELETE FROM revocations WHERE user_id = ?", user_id);
  }

  addSession({ user_id, session_id, until }: EndedSessionRow): void {
    const insert = this.#sql.exec(
      `INSERT INTO ended_sessions VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = excluded.until
       WHERE excluded.until > until`,
      user_id,
      session_id,
      until,
    );
    if (insert.rowsWritten > 0) this.onChange(user_id);
  }

  removeSession({ user_id, session_id }: EndedSessionRow): void {
    this.#sql.exec("DELETE FROM ended_sessions WHERE user_id = ? AND session_id = ?", user_id, session_id);
  }

  // --- within

  #before(userId: string): number | undefined {
    return this.#sql
      .exec<{ before: number }>("SELECT before FROM revocations WHERE user_id = ?", userId)
      .toArray()[0]?.before;
  }

  /** Of one with too many, those that end first are forgotten, and all of their sessions that end by then count as ended. */
  #forgetTooMany(userId: string): void {
    const forgotten = this.#sql
      .exec<{ until: number }>(
        `DELETE FROM ended_sessions WHERE user_id = ?1 AND session_id IN (
           SELECT session_id FROM ended_sessions WHERE user_id = ?1 AND session_id <> ?3
           ORDER BY until DESC LIMIT -1 OFFSET ?2)
         RETURNING until`,
        userId,
        ENDED_SESSIONS - 1,
        FORGOTTEN,
      )
      .toArray();
    const until = Math.max(0, ...forgotten.map((row) => row.until));
    if (until > 0) this.addSession({ user_id: userId, session_id: FORGOTTEN, until });
  }

  #forgottenUntil(userId: string): number {
    const rows = this.#sql.exec<{ until: number }>(
      "SELECT until FROM ended_sessions WHERE user_id = ? AND session_id = ?",
      userId,
      FORGOTTEN,
    );
    return rows.toArray()[0]?.until ?? 0;
  }

  #hasEnded(userId: string, sessionId: string): boolean {
    const some = this.#sql.exec(
      "SELECT 1 FROM ended_sessions WHERE user_id = ? AND session_id = ?",
      userId,
      sessionId,
    );
    return some.toArray().length > 0;
  }
}
