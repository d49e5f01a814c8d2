/** Reads what this shard stores of its users' threads: memberships, each user's list, and what is unread. */
import { z } from "zod";
import type { PageQuery, ThreadPage } from "../../protocol/http.ts";
import { WELCOME_THREADS } from "../../protocol/limits.ts";
import type { ThreadSummary } from "../../protocol/model.ts";
import { parse } from "../../protocol/parse.ts";
import { isHost } from "../../protocol/system-user.ts";
import {
  invitationSummaryOf,
  type ReceivedInvitations,
  type ShownInvitation,
} from "../invitations/received-invitations.ts";
import { WHILE_BLOCKED } from "./hidden-threads.ts";
import { summaryOf, type UserThreadRow, type ThreadRow } from "./thread-row.ts";
import { markerOf, unreadOf } from "./unread.ts";
import type { UserIds } from "../status/tabs.ts";

/** What a `welcome` says of its user's threads. */
export interface Overview {
  threads: { threadId: string; seq: number; readSeq: number; unread: number }[];
  unreadThreads: number;
}

/** A row of a user's list: a membership, or an invitation. */
type ListedRow = UserThreadRow & { listed_at: number; is_invitation: number };

/** Where a page begins: after the thread with this time of its last activity. Opaque to clients. */
const cursorOf = (row: ListedRow) => `${row.listed_at}.${row.thread_id}`;
const listCursor = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,15}\.[^.]+$/, "is not a cursor of this list")
    .transform((text) => {
      const [activeAt = "", threadId = ""] = text.split(".");
      return { activeAt: Number(activeAt), threadId };
    }),
});
const TOP = { activeAt: Number.MAX_SAFE_INTEGER, threadId: "" };

/** Of a membership `m` of a thread `t`: not one that is hidden from its user's list. */
const IS_SHOWN = `(t.kind <> 'direct' OR NOT EXISTS (
  SELECT 1 FROM hidden_threads AS h
  WHERE h.user_id = m.user_id AND h.thread_id = m.thread_id AND h.up_to_seq >= t.seq))`;

export interface UserThreadsParts {
  invitations: ReceivedInvitations;
  /** By what name the host itself is shown now; rows have the one of their time. */
  systemName: () => string;
}

export class UserThreads {
  readonly #sql: SqlStorage;
  readonly #parts: UserThreadsParts;

  constructor(sql: SqlStorage, parts: UserThreadsParts) {
    this.#sql = sql;
    this.#parts = parts;
  }

  get(threadId: string): ThreadRow | undefined {
    return this.#sql.exec<ThreadRow>("SELECT * FROM threads WHERE thread_id = ?", threadId).toArray()[0];
  }

  /** The stored marker of a member; undefined for a user who is none. */
  readSeq(userId: string, threadId: string): number | undefined {
    return this.#sql
      .exec<{ read_seq: number }>(
        "SELECT read_seq FROM user_threads WHERE user_id = ? AND thread_id = ?",
        userId,
        threadId,
      )
      .toArray()[0]?.read_seq;
  }

  /** Which of these users are members, with their stored markers. Reads at most twice as many rows as there are users, or members. */
  membersAmong(threadId: string, userIds: UserIds): Map<string, number> {
    if (userIds.size === 0) return new Map();
    const members = this.#sql
      .exec<{ user_id: string; read_seq: number }>(
        "SELECT user_id, read_seq FROM user_threads WHERE thread_id = ? LIMIT ?",
        threadId,
        userIds.size + 1,
      )
      .toArray();
    if (members.length > userIds.size) return this.#membersIn(threadId, userIds);
    const among = members.filter(({ user_id }) => userIds.has(user_id));
    return new Map(among.map(({ user_id, read_seq }) => [user_id, read_seq]));
  }

  /** Every member of this shard. */
  members(threadId: string): string[] {
    return this.#sql
      .exec<{ user_id: string }>("SELECT user_id FROM user_threads WHERE thread_id = ?", threadId)
      .toArray()
      .map((row) => row.user_id);
  }

  /** How many threads a user has. */
  count(userId: string): number {
    return this.#sql
      .exec<{ count: number }>("SELECT count(*) AS count FROM user_threads WHERE user_id = ?", userId)
      .one().count;
  }

  hasMembers(threadId: string): boolean {
    const some = this.#sql.exec("SELECT 1 FROM user_threads WHERE thread_id = ? LIMIT 1", threadId);
    return some.toArray().length > 0;
  }

  /**
   * At most two of a user's threads whose ids begin so, with the invitations in their list. One that they have hidden is
   * theirs still; one that a block hides is not.
   */
  beginning(userId: string, prefix: string): string[] {
    // To what is after every digit.
    const within = [userId, prefix, `${prefix}g`];
    const memberships = this.#sql
      .exec<{ thread_id: string }>(
        `SELECT thread_id FROM user_threads AS m WHERE user_id = ? AND thread_id BETWEEN ? AND ? AND NOT EXISTS (
           SELECT 1 FROM hidden_threads AS h
           WHERE h.user_id = m.user_id AND h.thread_id = m.thread_id AND h.up_to_seq = ?) LIMIT 2`,
        ...within,
        WHILE_BLOCKED,
      )
      .toArray();
    const invitations = this.#sql
      .exec<Pick<ThreadRow, "thread_id" | "kind">>(
        `SELECT t.thread_id, t.kind FROM invitations AS i JOIN threads AS t USING (thread_id)
         WHERE i.user_id = ? AND i.thread_id BETWEEN ? AND ?`,
        ...within,
      )
      .toArray()
      .filter((row) => this.#parts.invitations.shown(userId, row) !== undefined);
    return [...memberships, ...invitations].map((row) => row.thread_id).slice(0, 2);
  }

  /**
   * A page of a user's threads and invitations, most recently active first; of a group's activity who is invited sees none. `bad_request` for a cursor that is none of this list.
   */
  page(userId: string, { cursor, limit }: PageQuery): ThreadPage {
    const after = cursor === undefined ? TOP : parse(listCursor, { cursor }).cursor;
    const invitations = new Map(this.#parts.invitations.allShown(userId).map((one) => [one.threadId, one]));
    const rows = this.#sql
      .exec<ListedRow>(
        `SELECT * FROM (
           SELECT t.*, m.read_seq, t.active_at AS listed_at, 0 AS is_invitation
           FROM user_threads AS m JOIN threads AS t USING (thread_id)
           WHERE m.user_id = ?1 AND ${IS_SHOWN}
           UNION ALL
           SELECT t.*, 0, iif(t.kind = 'direct', t.active_at, i.value ->> 'at'), 1
           FROM json_each(?2) AS i CROSS JOIN threads AS t ON t.thread_id = i.value ->> 'threadId')
         WHERE (listed_at, thread_id) < (?3, ?4)
         ORDER BY listed_at DESC, thread_id DESC LIMIT ?5`,
        userId,
        JSON.stringify([...invitations.values()].map(({ threadId, at }) => ({ threadId, at }))),
        after.activeAt,
        after.threadId,
        limit + 1,
      )
      .toArray();
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      threads: shown.map((row) => this.#named(listedOf(row, userId, invitations))),
      ...(rows.length > limit && last && { nextCursor: cursorOf(last) }),
    };
  }

  /** The most recently active of a user's threads, and how many of all of them have unread messages. */
  overview(userId: string): Overview {
    // Of `senders` only where the user is among them: it can be larger than all else of a row.
    const rows = this.#sql.exec<{ thread_id: string; seq: number; read_seq: number; senders: string }>(
      `SELECT t.thread_id, t.seq, m.read_seq, iif(instr(t.senders, ?), t.senders, '') AS senders
       FROM user_threads AS m JOIN threads AS t USING (thread_id)
       WHERE m.user_id = ? AND ${IS_SHOWN} ORDER BY t.active_at DESC, t.thread_id DESC`,
      JSON.stringify(userId),
      userId,
    );
    const threads = rows.toArray().map((row) => {
      const readSeq = markerOf(row, userId, row.read_seq);
      return { threadId: row.thread_id, seq: row.seq, readSeq, unread: unreadOf(row, readSeq) };
    });
    return {
      threads: threads.slice(0, WELCOME_THREADS),
      unreadThreads: threads.filter((thread) => thread.unread > 0).length,
    };
  }

  #named(summary: ThreadSummary): ThreadSummary {
    const { lastMessage } = summary;
    if (!lastMessage || !isHost(lastMessage.author)) return summary;
    const author = { ...lastMessage.author, name: this.#parts.systemName() };
    return { ...summary, lastMessage: { ...lastMessage, author } };
  }

  #membersIn(threadId: string, userIds: UserIds): Map<string, number> {
    const rows = this.#sql.exec<{ user_id: string; read_seq: number }>(
      `SELECT user_id, read_seq FROM user_threads
       WHERE user_id IN (SELECT value FROM json_each(?)) AND thread_id = ?`,
      JSON.stringify([...userIds.keys()]),
      threadId,
    );
    return new Map(rows.toArray().map((row) => [row.user_id, row.read_seq]));
  }
}

function listedOf(
  row: ListedRow,
  userId: string,
  invitations: ReadonlyMap<string, ShownInvitation>,
): ThreadSummary {
  const invitation = row.is_invitation ? invitations.get(row.thread_id) : undefined;
  return invitation
    ? invitationSummaryOf(row, invitation)
    : summaryOf(row, markerOf(row, userId, row.read_seq));
}
