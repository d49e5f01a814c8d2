/**
 * The invitations that users of this shard see in their lists: of each the first inviter whom they do not block. What they show
 * of the thread is in its row of `threads`; of a group that is its name alone.
 */
import { INVITATION_MS, INVITATIONS_RECEIVED } from "../../protocol/limits.ts";
import type { Kind, ThreadSummary, User } from "../../protocol/model.ts";
import type { InvitedUser } from "../../rpc/thread-update.ts";
import type { UserBlocks } from "../contacts/user-blocks.ts";
import { summaryOf, type ThreadRow } from "../threads/thread-row.ts";

/** A row of `invitations`. */
export type InvitationRow = {
  user_id: string;
  thread_id: string;
  by_id: string;
  by_user: string;
  at: number;
  member_count: number;
  /** JSON of those after the first. */
  others: string | null;
};

interface Inviter {
  by: User;
  /** Milliseconds since the epoch. */
  at: number;
}

/** An invitation as its user sees it. */
export interface ShownInvitation extends Inviter {
  threadId: string;
  memberCount: number;
}

export class ReceivedInvitations {
  readonly #sql: SqlStorage;
  readonly #blocks: UserBlocks;

  constructor(sql: SqlStorage, blocks: UserBlocks) {
    this.#sql = sql;
    this.#blocks = blocks;
  }

  /** The invitation into a thread that a user sees. */
  shown(
    userId: string,
    { thread_id, kind }: Pick<ThreadRow, "thread_id" | "kind">,
  ): ShownInvitation | undefined {
    const row = this.#get(userId, thread_id);
    return row && this.#shown(row, kind);
  }

  /** All that a user sees. */
  allShown(userId: string): ShownInvitation[] {
    return this.#sql
      .exec<InvitationRow & { kind: Kind }>(
        "SELECT i.*, t.kind FROM invitations AS i JOIN threads AS t USING (thread_id) WHERE i.user_id = ?",
        userId,
      )
      .toArray()
      .flatMap((row) => this.#shown(row, row.kind) ?? []);
  }

  /** Stores an invitation as it is now. False, with nothing written, where it is the same. */
  put(threadId: string, { userId, by, at, others = [], memberCount }: InvitedUser): boolean {
    const known = this.#get(userId, threadId);
    const row: InvitationRow = {
      user_id: userId,
      thread_id: threadId,
      by_id: by.id,
      by_user: JSON.stringify(plain(by)),
      at,
      member_count: memberCount,
      others:
        others.length > 0 ? JSON.stringify(others.map((one) => ({ by: plain(one.by), at: one.at }))) : null,
    };
    if (known && sameRow(known, row)) return false;
    if (!known) this.#makeRoom(userId);
    this.#sql.exec(
      `INSERT INTO invitations (user_id, thread_id, by_id, by_user, at, member_count, others) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET by_id = excluded.by_id, by_user = excluded.by_user, at = excluded.at,
         member_count = excluded.member_count, others = excluded.others`,
      row.user_id,
      row.thread_id,
      row.by_id,
      row.by_user,
      row.at,
      row.member_count,
      row.others,
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

  #get(userId: string, threadId: string): InvitationRow | undefined {
    return this.#sql
      .exec<InvitationRow>("SELECT * FROM invitations WHERE user_id = ? AND thread_id = ?", userId, threadId)
      .toArray()[0];
  }

  /** A message request stays: the thread is there, with its messages. Any other invitation counts for 30 days. */
  #shown(row: InvitationRow, kind: Kind): ShownInvitation | undefined {
    const after = kind === "direct" ? 0 : Date.now() - INVITATION_MS;
    const one = invitersOf(row).find(({ by, at }) => at > after && !this.#blocks.has(row.user_id, by.id));
    return one && { ...one, threadId: row.thread_id, memberCount: row.member_count };
  }
}

/** Who invited, the first first. */
export function invitersOf({ by_user, at, others }: InvitationRow): Inviter[] {
  const first = { by: JSON.parse(by_user) as User, at };
  return others === null ? [first] : [first, ...(JSON.parse(others) as Inviter[])];
}

/** The contract's entry in the list of one who is invited. */
export function invitationSummaryOf(row: ThreadRow, { by, memberCount }: ShownInvitation): ThreadSummary {
  const { id, kind, name, ...shown } = summaryOf(row, row.seq);
  return {
    id,
    kind,
    name,
    ...(kind === "direct" ? shown : { seq: 0, readSeq: 0, unread: 0 }),
    state: "invited",
    invitedBy: by,
    memberCount,
  };
}

function plain({ id, name, avatarUrl }: User): User {
  return { id, name, ...(avatarUrl !== undefined && { avatarUrl }) };
}

function sameRow(a: InvitationRow, b: InvitationRow): boolean {
  return (Object.keys(b) as (keyof InvitationRow)[]).every((column) => a[column] === b[column]);
}
