/**
 * The invitations that users of this shard see in their lists. What they show of the thread is in its row of `threads`; of a
 * group that is its name alone.
 */
import { INVITATION_MS, INVITATIONS_RECEIVED } from "../../protocol/limits.ts";
import type { ThreadSummary, User } from "../../protocol/model.ts";
import type { InvitedUser } from "../../rpc/thread-update.ts";
import { summaryOf, type ThreadRow } from "../threads/thread-row.ts";

/** A row of `invitations`. */
export type InvitationRow = {
  user_id: string;
  thread_id: string;
  by_id: string;
  by_user: string;
  at: number;
  member_count: number;
};

export class ReceivedInvitations {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(userId: string, threadId: string): InvitationRow | undefined {
    return this.#sql
      .exec<InvitationRow>("SELECT * FROM invitations WHERE user_id = ? AND thread_id = ?", userId, threadId)
      .toArray()[0];
  }

  /** Those by another into any thread. */
  by(otherId: string, userId: string): InvitationRow[] {
    return this.#sql
      .exec<InvitationRow>(
        "SELECT * FROM invitations WHERE user_id = ? AND by_id = ? ORDER BY at",
        userId,
        otherId,
      )
      .toArray();
  }

  /** Stores an invitation as it is now. False, with nothing written, where it is the same. */
  put(threadId: string, { userId, by, at, memberCount }: InvitedUser): boolean {
    const known = this.get(userId, threadId);
    const { id, name, avatarUrl } = by;
    const byUser = JSON.stringify({ id, name, ...(avatarUrl !== undefined && { avatarUrl }) });
    if (known?.by_user === byUser && known.at === at && known.member_count === memberCount) return false;
    if (!known) this.#makeRoom(userId);
    this.#sql.exec(
      `INSERT INTO invitations (user_id, thread_id, by_id, by_user, at, member_count) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET by_id = excluded.by_id, by_user = excluded.by_user, at = excluded.at,
         member_count = excluded.member_count`,
      userId,
      threadId,
      id,
      byUser,
      at,
      memberCount,
    );
    return true;
  }

  /** Removes an invitation. False where there is none. */
  remove(userId: string, threadId: string): boolean {
    const removed = this.#sql.exec(
      "DELETE FROM invitations WHERE user_id = ? AND thread_id = ? RETURNING 1",
      userId,
      threadId,
    );
    return removed.toArray().length > 0;
  }

  /** Removes those into a thread. Returns who had one. */
  removeThread(threadId: string): string[] {
    return this.#sql
      .exec<{ user_id: string }>("DELETE FROM invitations WHERE thread_id = ? RETURNING user_id", threadId)
      .toArray()
      .map((row) => row.user_id);
  }

  hasSome(threadId: string): boolean {
    const some = this.#sql.exec("SELECT 1 FROM invitations WHERE thread_id = ? LIMIT 1", threadId);
    return some.toArray().length > 0;
  }

  /** Of a user who has very many, the oldest goes: nobody's list is flooded without end. */
  #makeRoom(userId: string): void {
    this.#sql.exec(
      `DELETE FROM invitations WHERE user_id = ?1 AND thread_id IN (
         SELECT thread_id FROM invitations WHERE user_id = ?1 ORDER BY at DESC LIMIT -1 OFFSET ?2)`,
      userId,
      INVITATIONS_RECEIVED - 1,
    );
  }
}

/** Whether an invitation still counts. A message request stays: the thread is there, with its messages. */
export function isShown({ kind }: Pick<ThreadRow, "kind">, { at }: Pick<InvitationRow, "at">): boolean {
  return kind === "direct" || at > Date.now() - INVITATION_MS;
}

/** The contract's entry in the list of one who is invited. */
export function invitationSummaryOf(row: ThreadRow, invitation: InvitationRow): ThreadSummary {
  const { id, kind, name, ...shown } = summaryOf(row, row.seq);
  return {
    id,
    kind,
    name,
    ...(kind === "direct" ? shown : { seq: 0, readSeq: 0, unread: 0 }),
    state: "invited",
    invitedBy: JSON.parse(invitation.by_user) as User,
    memberCount: invitation.member_count,
  };
}
