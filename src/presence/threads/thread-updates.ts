/**
 * Applies the updates that threads send. An update is a thread's whole present state, and may come twice or late: one that
 * is older than what is stored is dropped, and what is stored already is neither written nor notified of again.
 */
import type { Listed } from "../../rpc/presence.ts";
import type { InvitedUser, ThreadUpdate } from "../../rpc/thread-update.ts";
import type { LateContacts } from "../contacts/late-contacts.ts";
import type { ReceivedInvitations } from "../invitations/received-invitations.ts";
import type { HiddenThreads } from "./hidden-threads.ts";
import { lastOf, rowOf, sameHead, sameLook, updateOf, type ThreadRow } from "./thread-row.ts";
import { ThreadTable } from "./thread-table.ts";
import { markerOf, sendersOf } from "./unread.ts";
import type { UserThreads } from "./user-threads.ts";

/** Above this many, senders' markers move to their own rows: it bounds the row that every update rewrites. */
const SENDERS_IN_ROW = 64;

const NOBODY: ReadonlySet<string> = new Set();

/** What an update changed. */
export interface AppliedUpdate {
  before: ThreadRow | undefined;
  after: ThreadRow;
  joined: Set<string>;
  left: string[];
  /** Who sees an invitation that is new or changed by this update. */
  invited: InvitedUser[];
  /** Members whose marker rose, other than by the newest message itself. */
  read: Set<string>;
  /** Of users whose marker rose, and of those who left: where it was before. */
  markersBefore: ReadonlyMap<string, number>;
  /** Members to whom a direct thread is hidden, also after this update; and those to whom it is no longer, by it. */
  hidden: ReadonlySet<string>;
  reappeared: ReadonlySet<string>;
  /** It came from another shard, where those who joined by it were notified of everything in it. */
  isMove?: boolean;
}

export interface ThreadUpdatesParts {
  userThreads: UserThreads;
  lateContacts: LateContacts;
  hiddenThreads: HiddenThreads;
  invitations: ReceivedInvitations;
}

export class ThreadUpdates {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #table: ThreadTable;
  readonly #userThreads: UserThreads;
  readonly #lateContacts: LateContacts;
  readonly #invitations: ReceivedInvitations;
  readonly #hiddenThreads: HiddenThreads;

  constructor(storage: DurableObjectStorage, parts: ThreadUpdatesParts) {
    const { userThreads, lateContacts, hiddenThreads, invitations } = parts;
    this.#storage = storage;
    this.#invitations = invitations;
    this.#sql = storage.sql;
    this.#table = new ThreadTable(storage.sql, userThreads);
    this.#userThreads = userThreads;
    this.#lateContacts = lateContacts;
    this.#hiddenThreads = hiddenThreads;
  }

  /** Applies an update in one transaction; undefined where it is older than what is stored. */
  apply(update: ThreadUpdate): AppliedUpdate | undefined {
    return this.#storage.transactionSync(() => this.#apply(update));
  }

  /** Raises the copy of a member's marker. Returns where it was; undefined, with nothing written, where it is as high already. */
  raise(row: ThreadRow, userId: string, seq: number): number | undefined {
    const readSeq = this.#userThreads.readSeq(userId, row.thread_id);
    if (readSeq === undefined) return undefined;
    const before = markerOf(row, userId, readSeq);
    if (seq <= before) return undefined;
    this.#write(userId, row.thread_id, seq);
    return before;
  }

  /**
   * Hides a direct thread from one user's list. Returns whether something in it was unread to them there; undefined, with
   * nothing written, where they do not see it there, or there is a newer message than `upTo`.
   */
  hide(userId: string, threadId: string, upTo: number): boolean | undefined {
    const row = this.#userThreads.get(threadId);
    const readSeq = this.#userThreads.readSeq(userId, threadId);
    if (row?.kind !== "direct" || readSeq === undefined || row.seq > upTo) return undefined;
    const wasHidden = this.#isHidden(userId, row);
    if (!wasHidden || upTo > (this.#hiddenThreads.upTo(userId, threadId) ?? 0))
      this.#hiddenThreads.hide(userId, threadId, upTo);
    return wasHidden ? undefined : row.seq > markerOf(row, userId, readSeq);
  }

  /** Removes a thread. Returns whom it had here, invited ones too, with whether something in it was unread to them. */
  remove(threadId: string): Map<string, boolean> {
    return this.#storage.transactionSync(() => {
      const row = this.#userThreads.get(threadId);
      const members = this.#sql.exec<{ user_id: string; read_seq: number }>(
        "DELETE FROM user_threads WHERE thread_id = ? RETURNING user_id, read_seq",
        threadId,
      );
      const former = members
        .toArray()
        .map(({ user_id, read_seq }): [string, boolean] => [
          user_id,
          row !== undefined && row.seq > markerOf(row, user_id, read_seq) && !this.#isHidden(user_id, row),
        ]);
      this.#forget(
        former.map(([userId]) => userId),
        threadId,
      );
      const invited = this.#invitations.removeThread(threadId);
      this.#table.delete(threadId);
      return new Map([...invited.map((userId): [string, boolean] => [userId, false]), ...former]);
    });
  }

  /**
   * Removes a thread from one user's list: an invitation too, but for who leaves. Returns whether something in it was unread;
   * undefined, with nothing written, where it is not on it.
   */
  removeFromList(userId: string, threadId: string, who: Listed): boolean | undefined {
    return this.#storage.transactionSync(() => {
      const row = this.#userThreads.get(threadId);
      const isHidden = row !== undefined && this.#isHidden(userId, row);
      const left = this.#leave(userId, threadId, row);
      const marker = left ?? (who === "anyone" ? this.#uninvite(userId, threadId, row) : undefined);
      if (marker === undefined) return undefined;
      this.#removeWithoutMembers(threadId);
      return row !== undefined && row.seq > marker && !isHidden;
    });
  }

  #apply(update: ThreadUpdate): AppliedUpdate | undefined {
    const { threadId } = update;
    const before = this.#userThreads.get(threadId);
    if (before && update.rev < before.rev) return undefined;

    const markersBefore = new Map<string, number>();
    /** Notes where a user's marker was before it first rose. Whether it rose. */
    const rose = (userId: string, marker: number | undefined): boolean => {
      if (marker === undefined) return false;
      if (!markersBefore.has(userId)) markersBefore.set(userId, marker);
      return true;
    };
    const left = update.left.filter((userId) =>
      rose(userId, this.#leave(userId, threadId, before) ?? this.#uninvite(userId, threadId, before)),
    );
    const joined = new Set<string>();
    const read = new Set<string>();
    for (const one of update.joined) {
      const { userId, readSeq } = one;
      if (this.#join(threadId, one)) {
        joined.add(userId);
        this.#invitations.remove(userId, threadId);
      }
      // Left and joined again between two updates: the marker of the new membership is at least as high.
      else if (before && rose(userId, this.raise(before, userId, readSeq))) read.add(userId);
    }
    const isNewTo = new Set<string>();
    for (const invited of update.invited ?? []) {
      const isMember = this.#userThreads.readSeq(invited.userId, threadId) !== undefined;
      if (!isMember && this.#invitations.put(threadId, invited)) isNewTo.add(invited.userId);
    }
    const senders = sendersOf(before);
    for (const userId of left) senders.delete(userId);
    // A row that is there has members: only who leaves can have been the last one.
    if ((left.length > 0 || !before) && this.#removeWithoutMembers(threadId)) {
      const after = rowOf(update, senders, before);
      const nobody = { invited: [], hidden: NOBODY, reappeared: NOBODY };
      return { before, after, joined, left, read, markersBefore, ...nobody };
    }

    const known = before ?? rowOf(update, senders, undefined);
    for (const [userId, seq] of Object.entries(update.readers))
      if (rose(userId, this.raise(known, userId, seq))) read.add(userId);
    for (const [userId, seq] of Object.entries(update.senders))
      if (rose(userId, this.#sent(senders, userId, threadId, seq)) && update.seq === before?.seq)
        read.add(userId);
    this.#boundSenders(senders, threadId);

    const after = rowOf(update, senders, before);
    this.#table.put(after, before);
    // A group's invitation shows its name, a message request the newest message too.
    const looksOther = !before || !(after.kind === "direct" ? sameHead : sameLook)(before, after);
    const invited = (update.invited ?? []).filter(({ userId }) => looksOther || isNewTo.has(userId));
    return {
      before,
      after,
      joined,
      left,
      invited,
      read,
      markersBefore,
      ...this.#hiddenThreads.after(update),
    };
  }

  #isHidden(userId: string, { thread_id, kind, seq }: ThreadRow): boolean {
    return kind === "direct" && seq <= (this.#hiddenThreads.upTo(userId, thread_id) ?? -1);
  }

  /** Removes what is kept of these users' memberships besides them. */
  #forget(userIds: readonly string[], threadId: string): void {
    this.#lateContacts.remove(userIds, threadId);
    this.#hiddenThreads.show(userIds, threadId);
  }

  /** Removes a thread that none of this shard's users is in, nor is invited into. False where one is. */
  #removeWithoutMembers(threadId: string): boolean {
    if (this.#userThreads.hasMembers(threadId)) return false;
    if (this.#invitations.hasSome(threadId)) return this.#removeTexts(threadId);
    this.#table.delete(threadId);
    return true;
  }

  /** Where only invited ones are left: this shard is not notified when a message is deleted. */
  #removeTexts(threadId: string): false {
    const row = this.#userThreads.get(threadId);
    if (row && (lastOf(row) || row.pair !== null)) {
      const { last: _last, pair: _pair, ...update } = updateOf(row, []);
      this.#table.put(rowOf(update, sendersOf(row), row), row);
    }
    return false;
  }

  /** As `#leave` for one who was invited. They have read everything, as far as anybody counts. */
  #uninvite(userId: string, threadId: string, row: ThreadRow | undefined): number | undefined {
    return this.#invitations.remove(userId, threadId) ? (row?.seq ?? 0) : undefined;
  }

  /** False, with nothing written, for a user who is a member already. */
  #join(threadId: string, one: ThreadUpdate["joined"][number]): boolean {
    const { userId, readSeq, contactFrom, hiddenUpTo } = one;
    const insert = this.#sql.exec(
      "INSERT INTO user_threads VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      userId,
      threadId,
      readSeq,
    );
    const isNew = insert.rowsWritten > 0;
    if (isNew && contactFrom !== undefined) this.#lateContacts.add(userId, threadId, contactFrom);
    if (isNew && hiddenUpTo !== undefined) this.#hiddenThreads.hide(userId, threadId, hiddenUpTo);
    return isNew;
  }

  /** Returns the marker of one who was a member. */
  #leave(userId: string, threadId: string, row: ThreadRow | undefined): number | undefined {
    const deletion = this.#sql.exec<{ read_seq: number }>(
      "DELETE FROM user_threads WHERE user_id = ? AND thread_id = ? RETURNING read_seq",
      userId,
      threadId,
    );
    const [former] = deletion.toArray();
    if (former) this.#forget([userId], threadId);
    return former && (row ? markerOf(row, userId, former.read_seq) : former.read_seq);
  }

  /** A member's own message moved their marker: where it was. Undefined where they had read as far already, or are no member here. */
  #sent(senders: Map<string, number>, userId: string, threadId: string, seq: number): number | undefined {
    const readSeq = this.#userThreads.readSeq(userId, threadId);
    if (readSeq === undefined) return undefined;
    const sentUpTo = senders.get(userId) ?? 0;
    if (readSeq >= Math.max(seq, sentUpTo)) {
      senders.delete(userId);
      return undefined;
    }
    if (seq <= sentUpTo) return undefined;
    senders.set(userId, seq);
    return Math.max(readSeq, sentUpTo);
  }

  #boundSenders(senders: Map<string, number>, threadId: string): void {
    if (senders.size <= SENDERS_IN_ROW) return;
    for (const [userId, seq] of senders) this.#write(userId, threadId, seq);
    senders.clear();
  }

  #write(userId: string, threadId: string, readSeq: number): void {
    this.#sql.exec(
      "UPDATE user_threads SET read_seq = ? WHERE user_id = ? AND thread_id = ? AND read_seq < ?",
      readSeq,
      userId,
      threadId,
      readSeq,
    );
  }
}
