/** Whose threads move with their users: memberships, and the invitations that users see. */
import type { ThreadUpdate } from "../../rpc/thread-update.ts";
import type { LateContacts } from "../contacts/late-contacts.ts";
import { invitersOf, type InvitationRow } from "../invitations/received-invitations.ts";
import type { HiddenThreads } from "../threads/hidden-threads.ts";
import type { ThreadNotifications } from "../threads/thread-notifications.ts";
import { updateOf } from "../threads/thread-row.ts";
import type { ThreadUpdates } from "../threads/thread-updates.ts";
import { markerOf } from "../threads/unread.ts";
import type { UserThreads } from "../threads/user-threads.ts";
import { ROWS_PER_BATCH, rowsOf, type UserTable } from "./user-table.ts";

export interface MembershipTableParts {
  userThreads: UserThreads;
  updates: ThreadUpdates;
  lateContacts: LateContacts;
  hiddenThreads: HiddenThreads;
  notifications: ThreadNotifications;
}

/** Memberships, as the update that each thread itself would send: that users joined, and up to where they have read. */
export function membershipTable(
  sql: SqlStorage,
  { userThreads, updates, lateContacts, hiddenThreads, notifications }: MembershipTableParts,
): UserTable {
  type Row = { user_id: string; thread_id: string; read_seq: number };

  /** Members of a batch join also where this shard has a newer state of the thread than the batch. */
  const newest = (update: ThreadUpdate): ThreadUpdate => {
    const stored = userThreads.get(update.threadId);
    const { joined, invited = [] } = update;
    return stored && stored.rev > update.rev ? { ...updateOf(stored, joined), invited } : update;
  };

  return {
    name: "user_threads",
    pack(userIds) {
      const rows = sql.exec<Row>(
        `SELECT user_id, thread_id, read_seq FROM user_threads
         WHERE user_id IN (SELECT value FROM json_each(?)) LIMIT ?`,
        JSON.stringify(userIds),
        ROWS_PER_BATCH,
      );
      const byThread = Map.groupBy(rows.toArray(), (row) => row.thread_id);
      const threads = [...byThread].flatMap(([threadId, members]) => {
        const thread = userThreads.get(threadId);
        if (!thread) return [];
        const joined = members.map(({ user_id, read_seq }) => {
          const contactFrom = lateContacts.of(user_id, threadId);
          const hiddenUpTo = hiddenThreads.upTo(user_id, threadId);
          return {
            userId: user_id,
            readSeq: markerOf(thread, user_id, read_seq),
            ...(contactFrom !== undefined && { contactFrom }),
            ...(hiddenUpTo !== undefined && { hiddenUpTo }),
          };
        });
        return [updateOf(thread, joined)];
      });
      return { threads };
    },
    accept({ threads }) {
      const applied = threads.flatMap((update) => updates.apply(newest(update)) ?? []);
      return () => {
        for (const one of applied) notifications.notifyMembers({ ...one, isMove: true });
      };
    },
    discard({ threads }) {
      for (const { threadId, joined, invited = [] } of threads) {
        const thread = userThreads.get(threadId);
        // What a later update brought of the thread stays.
        const left = [...joined, ...invited].map(({ userId }) => userId);
        if (thread) updates.apply({ ...updateOf(thread, []), left });
      }
    },
  };
}

/** The invitations that users see, as memberships: `membershipTable` takes them in, and discards them. */
export function invitationTable(sql: SqlStorage, { userThreads }: MembershipTableParts): UserTable {
  return {
    name: "invitations",
    pack(userIds) {
      const rows = rowsOf<InvitationRow>(sql, "invitations", userIds);
      const byThread = Map.groupBy(rows, (row) => row.thread_id);
      const threads = [...byThread].flatMap(([threadId, some]) => {
        const thread = userThreads.get(threadId);
        if (!thread) return [];
        const invited = some.flatMap((row) => {
          const [first, ...others] = invitersOf(row);
          return first ? [{ userId: row.user_id, ...first, others, memberCount: row.member_count }] : [];
        });
        return [{ ...updateOf(thread, []), invited }];
      });
      return { threads };
    },
    accept: () => undefined,
    discard: () => undefined,
  };
}
