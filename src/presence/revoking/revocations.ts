/** What was revoked of this shard's users. */
import { ENDED_SESSIONS } from "../../protocol/limits.ts";
import type { EndedSessionRow, RevocationRow } from "../../rpc/moved-users.ts";
import { isRevoked, refusalBy, type Issuance, type Revocation } from "../../rpc/revocation.ts";
import { HostBans } from "./host-bans.ts";

/** In place of those ended sessions of a user that are too many to keep: with the latest of their ends. */
const FORGOTTEN = "";

export class Revocations {
  readonly #sql: SqlStorage;
  /** Whom the host has banned: nothing of theirs is good meanwhile. */
  readonly bans: HostBans;
  /** Called when something of a user was revoked, or they were banned, or are no more. */
  onChange: (userId: string) => void = () => {};

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.bans = new HostBans(sql, (userId) => this.onChange(userId));
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
    const ban = this.bans.of(userId, now);
    return {
      before: this.#before(userId),
      sessions: sessions.map((row) => row.session_id),
      ...(ban && { ban }),
    };
  }

  /** Throws what a credential of a user is refused with, if it is: four rows read at most. */
  requireNone(userId: string, issuance: Issuance, now: number): void {
    const sessions = this.#isEnded(userId, issuance) ? [issuance.sessionId ?? ""] : [];
    const ban = this.bans.of(userId, now);
    const refusal = refusalBy(issuance, { before: this.#before(userId), sessions, ban }, now);
    if (refusal) throw refusal;
  }

  /** Whether a credential of a user was revoked: three rows read at most. */
  isRevoked(userId: string, issuance: Issuance): boolean {
    const sessions = this.#isEnded(userId, issuance) ? [issuance.sessionId ?? ""] : [];
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

  /** Whether a credential is a cookie of a session that has ended. */
  #isEnded(userId: string, { sessionId, expiresAt = Infinity }: Issuance): boolean {
    if (sessionId === undefined) return false;
    return this.#hasEnded(userId, sessionId) || expiresAt <= this.#forgottenUntil(userId);
  }

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
