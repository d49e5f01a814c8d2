/**
 * The invitations that users of this shard made, in all threads together: so many may be pending at once. Whether those who
 * are invited exist, see it or have declined it makes no difference.
 */
import { LilypadError } from "../../protocol/errors.ts";
import { INVITATION_MS, INVITATIONS_PENDING } from "../../protocol/limits.ts";
import type { SentInvitationRow } from "../../rpc/moved-users.ts";

export class SentInvitations {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Counts invitations: a row written for each new one. `conflict`, with nothing written, where they would be too many. */
  admit(userId: string, threadId: string, invitedIds: readonly string[], now: number): void {
    this.#sql.exec("DELETE FROM sent_invitations WHERE user_id = ? AND at <= ?", userId, now - INVITATION_MS);
    const counted = this.#sql
      .exec<{ thread_id: string; invited_id: string }>(
        "SELECT thread_id, invited_id FROM sent_invitations WHERE user_id = ?",
        userId,
      )
      .toArray();
    const here = new Set(counted.filter((row) => row.thread_id === threadId).map((row) => row.invited_id));
    const added = invitedIds.filter((id) => !here.has(id));
    if (added.length > 0 && counted.length + added.length > INVITATIONS_PENDING)
      throw new LilypadError(
        "conflict",
        `At most ${INVITATIONS_PENDING} invitations are pending at once: withdraw one, or wait until one is accepted.`,
      );
    for (const id of added) this.add({ user_id: userId, thread_id: threadId, invited_id: id, at: now });
  }

  /** These are not pending any more. */
  end(userId: string, threadId: string, invitedIds: readonly string[]): void {
    for (const id of invitedIds) this.remove({ user_id: userId, thread_id: threadId, invited_id: id });
  }

  /** All that are pending in a thread by this user, as the thread says. */
  replace(userId: string, threadId: string, pending: readonly { userId: string; at: number }[]): void {
    this.#sql.exec(
      `DELETE FROM sent_invitations
       WHERE user_id = ? AND thread_id = ? AND invited_id NOT IN (SELECT value FROM json_each(?))`,
      userId,
      threadId,
      JSON.stringify(pending.map((one) => one.userId)),
    );
    for (const one of pending)
      this.add({ user_id: userId, thread_id: threadId, invited_id: one.userId, at: one.at });
  }

  add({ user_id, thread_id, invited_id, at }: SentInvitationRow): void {
    this.#sql.exec(
      "INSERT INTO sent_invitations VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      user_id,
      thread_id,
      invited_id,
      at,
    );
  }

  remove({ user_id, thread_id, invited_id }: Omit<SentInvitationRow, "at">): void {
    this.#sql.exec(
      "DELETE FROM sent_invitations WHERE user_id = ? AND thread_id = ? AND invited_id = ?",
      user_id,
      thread_id,
      invited_id,
    );
  }

  /** The thread is gone. */
  removeThread(threadId: string, inviters: readonly string[]): void {
    this.#sql.exec(
      `DELETE FROM sent_invitations
       WHERE user_id IN (SELECT value FROM json_each(?)) AND thread_id = ?`,
      JSON.stringify(inviters),
      threadId,
    );
  }
}
