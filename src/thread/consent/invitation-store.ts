/**
 * Who is invited into a group or a public thread, by whom. An invitation is pending until it is accepted, withdrawn, or 30
 * days old. One that was declined stays so: whoever made it does not learn of that, and cannot make it again in that time.
 */
import { INVITATION_MS, INVITATIONS_LISTED, INVITERS_KEPT } from "../../protocol/limits.ts";
import { UnconfirmedUsers } from "../notifying/unconfirmed-users.ts";

/** By whom, and when. */
export interface Invited {
  by: string;
  at: number;
}

type InvitationRow = { user_id: string; invited_by: string; at: number | null; declined_at: number | null };

export class InvitationStore {
  readonly #sql: SqlStorage;
  readonly #onChange: (userId: string) => void;
  /** Whether there is or was anything of all this: most threads need not look again. */
  #isUsed: boolean;
  /** Whose pending invitations ended, which Presence counts no more. */
  readonly inviters: UnconfirmedUsers;

  /** `onChange`: this user may see another invitation now, or none, of which Presence has to be notified. */
  constructor(sql: SqlStorage, onChange: (userId: string) => void) {
    this.#sql = sql;
    this.#onChange = onChange;
    this.#isUsed =
      sql
        .exec(
          `SELECT 1 WHERE EXISTS (SELECT 1 FROM invitations) OR EXISTS (SELECT 1 FROM only_invited)
             OR EXISTS (SELECT 1 FROM unconfirmed_inviters)`,
        )
        .toArray().length > 0;
    this.inviters = new UnconfirmedUsers(sql, "unconfirmed_inviters", { isEmpty: !this.#isUsed });
  }

  /** Invites a user: a row written. False, with none, where they are invited by this one already. */
  add(userId: string, by: string, now: number): boolean {
    if (this.isPending(userId, by, now)) return false;
    this.#isUsed = true;
    this.#forgetExpired(now);
    this.#sql.exec(
      `INSERT INTO invitations (user_id, invited_by, at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET at = excluded.at`,
      userId,
      by,
      now,
    );
    this.#onChange(userId);
    return true;
  }

  /** Whether a user is invited by this one, whether they have declined that or not. */
  isPending(userId: string, by: string, now: number): boolean {
    return this.#pending(userId, now).some((row) => row.invited_by === by);
  }

  /** The first pending invitation of a user, declined or not: what they may accept. */
  acceptable(userId: string, now: number): Invited | undefined {
    const [first] = this.#pending(userId, now);
    return first && { by: first.invited_by, at: first.at };
  }

  /** The invitations that a user may see: the first ones that they have not declined. */
  shownTo(userId: string, now: number): Invited[] {
    const shown = this.#pending(userId, now).filter((row) => !isDeclined(row, now));
    return shown.slice(0, INVITERS_KEPT).map(({ invited_by, at }) => ({ by: invited_by, at }));
  }

  /** A user declines all invitations: a row written for each. False, with none, where there is none that they can see. */
  decline(userId: string, now: number): boolean {
    const shown = this.#pending(userId, now).filter((row) => !isDeclined(row, now));
    for (const { invited_by } of shown) {
      this.#sql.exec(
        "UPDATE invitations SET declined_at = ? WHERE user_id = ? AND invited_by = ?",
        now,
        userId,
        invited_by,
      );
    }
    if (shown.length === 0) return false;
    this.onlyInvite(userId);
    this.#onChange(userId);
    return true;
  }

  /** Whether a user has declined what is pending. */
  hasDeclined(userId: string, now: number): boolean {
    return this.#rows(userId).some((row) => isDeclined(row, now));
  }

  /** Withdraws all invitations of a user. False where there is none. That they have declined one is not forgotten. */
  withdraw(userId: string, now: number): boolean {
    const pending = this.#pending(userId, now);
    for (const row of pending) {
      const { invited_by } = row;
      if (isDeclined(row, now))
        this.#sql.exec(
          "UPDATE invitations SET at = NULL WHERE user_id = ? AND invited_by = ?",
          userId,
          invited_by,
        );
      else this.#sql.exec("DELETE FROM invitations WHERE user_id = ? AND invited_by = ?", userId, invited_by);
      this.inviters.add(invited_by);
    }
    if (pending.length > 0) this.#onChange(userId);
    return pending.length > 0;
  }

  /** A user has become a member: nothing is pending any more, nor held against anybody. */
  joined(userId: string): void {
    if (!this.#isUsed) return;
    const ended = this.#sql.exec<InvitationRow>(
      "DELETE FROM invitations WHERE user_id = ? RETURNING user_id, invited_by, at, declined_at",
      userId,
    );
    for (const { invited_by, at } of ended.toArray()) if (at !== null) this.inviters.add(invited_by);
    this.#sql.exec("DELETE FROM only_invited WHERE user_id = ?", userId);
  }

  /** A user left, or declined: from now on nobody adds them. A row written. */
  onlyInvite(userId: string): void {
    this.#isUsed = true;
    this.#sql.exec("INSERT INTO only_invited VALUES (?) ON CONFLICT DO NOTHING", userId);
  }

  isOnlyInvited(userId: string): boolean {
    return this.#sql.exec("SELECT 1 FROM only_invited WHERE user_id = ?", userId).toArray().length > 0;
  }

  /** The pending ones, newest first, at most `INVITATIONS_LISTED`. */
  list(now: number): (Invited & { userId: string })[] {
    return this.#sql
      .exec<{ userId: string; by: string; at: number }>(
        `SELECT user_id AS userId, invited_by AS "by", at FROM invitations WHERE at > ?
         ORDER BY at DESC, user_id LIMIT ?`,
        now - INVITATION_MS,
        INVITATIONS_LISTED,
      )
      .toArray();
  }

  /** The users to whom one is pending by this one. */
  pendingBy(by: string, now: number): { userId: string; at: number }[] {
    return this.#sql
      .exec<{ userId: string; at: number }>(
        "SELECT user_id AS userId, at FROM invitations WHERE invited_by = ? AND at > ?",
        by,
        now - INVITATION_MS,
      )
      .toArray();
  }

  isInviter(userId: string): boolean {
    if (!this.#isUsed) return false;
    return (
      this.#sql.exec("SELECT 1 FROM invitations WHERE invited_by = ? LIMIT 1", userId).toArray().length > 0
    );
  }

  /** Everyone who is invited here. */
  invited(): string[] {
    return this.#isUsed ? this.people().invited : [];
  }

  /** Everyone who is invited here, or has invited. */
  people(): { invited: string[]; inviters: string[] } {
    if (!this.#isUsed) return { invited: [], inviters: this.inviters.all() };
    const rows = this.#sql.exec<InvitationRow>("SELECT * FROM invitations WHERE at IS NOT NULL").toArray();
    return {
      invited: [...new Set(rows.map((row) => row.user_id))],
      inviters: [...new Set([...rows.map((row) => row.invited_by), ...this.inviters.all()])],
    };
  }

  #rows(userId: string): InvitationRow[] {
    return this.#sql
      .exec<InvitationRow>("SELECT * FROM invitations WHERE user_id = ? ORDER BY at", userId)
      .toArray();
  }

  #pending(userId: string, now: number): (InvitationRow & { at: number })[] {
    return this.#rows(userId).flatMap((row) =>
      row.at !== null && row.at > now - INVITATION_MS ? [{ ...row, at: row.at }] : [],
    );
  }

  #forgetExpired(now: number): void {
    const before = now - INVITATION_MS;
    this.#sql.exec(
      "DELETE FROM invitations WHERE coalesce(at, 0) <= ?1 AND coalesce(declined_at, 0) <= ?1",
      before,
    );
  }
}

function isDeclined({ declined_at }: InvitationRow, now: number): boolean {
  return declined_at !== null && declined_at > now - INVITATION_MS;
}
