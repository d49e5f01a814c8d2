/**
 * The tables that hold rows of given users, as they move with their users to another shard. A further table is one entry
 * here, and one optional field of `MovedUsersBatch`. A shard of an older version drops a field that it does not know: no
 * users may be moved before every shard runs the version that added it.
 *
 * `user_keys` is not here: its rows are derived from `users`. Nor are `late_contacts` and `hidden_threads`: their rows go with
 * the memberships. Of `tab_watches` those of tabs over Socket.IO go with these: other tabs are closed, and subscribe again. Nor is
 * `holds`: who is on hold is forgiven the few minutes that it lasts.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { OFFLINE_GRACE_MS } from "../../protocol/limits.ts";
import type {
  EndedSessionRow,
  HostBanRow,
  RevocationRow,
  SentInvitationRow,
  SocketIoTabRow,
  ThreadUpdate,
  UserRow,
} from "../../rpc/presence.ts";
import type { User } from "../../protocol/model.ts";
import type { BlockPropagation } from "../contacts/block-propagation.ts";
import type { Blocks } from "../contacts/blocks.ts";
import type { LateContacts } from "../contacts/late-contacts.ts";
import type { InvitationRow } from "../invitations/received-invitations.ts";
import type { SentInvitations } from "../invitations/sent-invitations.ts";
import type { ProfilePropagation } from "../people/profile-propagation.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { RevocationPropagation } from "../revoking/revocation-propagation.ts";
import type { Revocations } from "../revoking/revocations.ts";
import type { SocketIoTab, SocketIoTabs } from "../socketio-tabs/socketio-tabs.ts";
import type { TabNotifier } from "../socketio-tabs/tab-notifier.ts";
import type { Subscribers } from "../status/subscribers.ts";
import type { TabSubscriptions } from "../status/tab-subscriptions.ts";
import type { HiddenThreads } from "../threads/hidden-threads.ts";
import { blockJobs, blockTable } from "./block-tables.ts";
import { ROWS_PER_BATCH, rowsOf, type UserTable } from "./user-table.ts";
import type { ThreadNotifications } from "../threads/thread-notifications.ts";
import { updateOf } from "../threads/thread-row.ts";
import { markerOf } from "../threads/unread.ts";
import type { ThreadUpdates } from "../threads/thread-updates.ts";
import type { UserThreads } from "../threads/user-threads.ts";

/** Tabs in a batch: each may subscribe to 500 users. */
const TABS_PER_BATCH = 100;

/** What the tables are read and written by. */
export interface UserTableParts {
  directory: UserDirectory;
  userThreads: UserThreads;
  sentInvitations: SentInvitations;
  updates: ThreadUpdates;
  lateContacts: LateContacts;
  hiddenThreads: HiddenThreads;
  blocks: Blocks;
  blockPropagation: BlockPropagation;
  notifications: ThreadNotifications;
  subscribers: Subscribers;
  propagation: ProfilePropagation;
  revocations: Revocations;
  revocationPropagation: RevocationPropagation;
  socketIoTabs: SocketIoTabs;
  tabSubscriptions: TabSubscriptions;
  tabNotifier: TabNotifier;
}

/** Every table, in the order in which their rows are delivered. */
export function userTables(sql: SqlStorage, alarm: AlarmScheduler, parts: UserTableParts): UserTable[] {
  return [
    blockTable(sql, parts),
    memberships(sql, parts),
    invitations(sql, parts),
    sentInvitations(sql, parts),
    profiles(sql, parts),
    profileJobs(parts),
    revocations(sql, parts),
    endedSessions(sql, parts),
    hostBans(sql, parts),
    revocationJobs(parts),
    openTabs(parts),
    blockJobs(sql, parts),
    subscriptions(alarm, parts),
  ];
}

/** Memberships, as the update that each thread itself would send: that users joined, and up to where they have read. */
function memberships(
  sql: SqlStorage,
  { userThreads, updates, lateContacts, hiddenThreads, notifications }: UserTableParts,
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

/** The invitations that users see, as memberships: `memberships` takes them in, and discards them. */
function invitations(sql: SqlStorage, { userThreads }: UserTableParts): UserTable {
  return {
    name: "invitations",
    pack(userIds) {
      const rows = rowsOf<InvitationRow>(sql, "invitations", userIds);
      const byThread = Map.groupBy(rows, (row) => row.thread_id);
      const threads = [...byThread].flatMap(([threadId, some]) => {
        const thread = userThreads.get(threadId);
        if (!thread) return [];
        const invited = some.map(({ user_id, by_user, at, member_count }) => ({
          userId: user_id,
          by: JSON.parse(by_user) as User,
          at,
          memberCount: member_count,
        }));
        return [{ ...updateOf(thread, []), invited }];
      });
      return { threads };
    },
    accept: () => undefined,
    discard: () => undefined,
  };
}

/** The invitations that users made, which are counted. */
function sentInvitations(sql: SqlStorage, { sentInvitations: store }: UserTableParts): UserTable {
  return {
    name: "sent_invitations",
    pack: (userIds) => ({ sentInvitations: rowsOf<SentInvitationRow>(sql, "sent_invitations", userIds) }),
    accept({ sentInvitations: rows = [] }) {
      for (const row of rows) store.add(row);
      return undefined;
    },
    discard({ sentInvitations: rows = [] }) {
      for (const row of rows) store.remove(row);
    },
  };
}

/** Profiles, when users were last seen, and what was published of it. */
function profiles(sql: SqlStorage, { directory }: UserTableParts): UserTable {
  return {
    name: "users",
    pack: (userIds) => ({ users: rowsOf<UserRow>(sql, "users", userIds) }),
    accept({ users }) {
      for (const user of users) directory.addMoved(user);
      return undefined;
    },
    discard({ users }) {
      for (const user of users) directory.remove(user);
    },
  };
}

/** Whose changed profile is not yet with all their threads: after their threads and profile, since it goes on at once. */
function profileJobs({ propagation }: UserTableParts): UserTable {
  return {
    name: "profile_jobs",
    pack: (userIds) => ({ profileJobs: propagation.jobsOf(userIds).slice(0, ROWS_PER_BATCH) }),
    accept({ profileJobs: jobs = [] }) {
      const now = Date.now();
      for (const job of jobs) propagation.addMoved(job, now);
      return () => propagation.resume(now);
    },
    discard({ profileJobs: jobs = [] }) {
      for (const job of jobs) propagation.remove(job);
    },
  };
}

/** What the host revoked. Those users need not be known. */
function revocations(sql: SqlStorage, { revocations: store }: UserTableParts): UserTable {
  return {
    name: "revocations",
    pack: (userIds) => ({ revocations: rowsOf<RevocationRow>(sql, "revocations", userIds) }),
    accept({ revocations: rows = [] }) {
      for (const row of rows) store.add(row);
      return undefined;
    },
    discard({ revocations: rows = [] }) {
      for (const row of rows) store.remove(row);
    },
  };
}

/** Whom the host has banned. Those users need not be known. */
function hostBans(sql: SqlStorage, { revocations: { bans } }: UserTableParts): UserTable {
  return {
    name: "host_bans",
    pack: (userIds) => ({ hostBans: rowsOf<HostBanRow>(sql, "host_bans", userIds) }),
    accept({ hostBans: rows = [] }) {
      for (const row of rows) bans.addMoved(row);
      return undefined;
    },
    discard({ hostBans: rows = [] }) {
      for (const row of rows) bans.remove(row);
    },
  };
}

/** The sessions that users have signed out of. */
function endedSessions(sql: SqlStorage, { revocations: store }: UserTableParts): UserTable {
  return {
    name: "ended_sessions",
    pack: (userIds) => ({ endedSessions: rowsOf<EndedSessionRow>(sql, "ended_sessions", userIds) }),
    accept({ endedSessions: rows = [] }) {
      for (const row of rows) store.addSession(row);
      return undefined;
    },
    discard({ endedSessions: rows = [] }) {
      for (const row of rows) store.removeSession(row);
    },
  };
}

/** Whose threads have not all closed revoked sockets: after their threads and what was revoked, since it goes on at once. */
function revocationJobs({ revocationPropagation: propagation }: UserTableParts): UserTable {
  return {
    name: "revocation_jobs",
    pack: (userIds) => ({ revocationJobs: propagation.jobsOf(userIds).slice(0, ROWS_PER_BATCH) }),
    accept({ revocationJobs: jobs = [] }) {
      const now = Date.now();
      for (const job of jobs) propagation.addMoved(job, now);
      return () => propagation.resume(now);
    },
    discard({ revocationJobs: jobs = [] }) {
      for (const job of jobs) propagation.remove(job);
    },
  };
}

/**
 * Tabs over Socket.IO, which stay open, and whom they subscribe to. After the profiles, so that nobody is taken for offline
 * where they leave; and before those who subscribe to their users, where they arrive.
 */
function openTabs({ socketIoTabs, tabSubscriptions, tabNotifier }: UserTableParts): UserTable {
  const tabOf = ({ user_id, tab_id, shard, life, opened_at }: SocketIoTabRow): SocketIoTab => {
    return { userId: user_id, id: tab_id, shard, life, openedAt: opened_at };
  };
  return {
    name: "socketio_tabs",
    pack(userIds) {
      const tabs = userIds.flatMap((userId) => socketIoTabs.of(userId)).slice(0, TABS_PER_BATCH);
      const rows = tabs.map((tab): SocketIoTabRow => {
        const { userId: user_id, id: tab_id, shard, life, openedAt: opened_at } = tab;
        return { user_id, tab_id, shard, life, opened_at, watched: tabSubscriptions.stored(tab) };
      });
      return { socketIoTabs: rows };
    },
    accept({ socketIoTabs: rows = [] }) {
      for (const row of rows) {
        socketIoTabs.opened(tabOf(row));
        tabSubscriptions.addMoved(tabOf(row), row.watched);
      }
      return undefined;
    },
    discard({ socketIoTabs: rows = [] }) {
      for (const row of rows) {
        tabSubscriptions.removeMoved(tabOf(row));
        socketIoTabs.closed(row.user_id, row.tab_id);
        tabNotifier.forget(row.user_id);
      }
    },
  };
}

/** Who subscribes to whom. Users with subscribers need not be known, and may have very many. */
function subscriptions(alarm: AlarmScheduler, { subscribers }: UserTableParts): UserTable {
  return {
    users: () => subscribers.users(),
    pack(userIds) {
      const pairs = userIds.flatMap((userId) =>
        subscribers.of(userId).map((watcherId) => ({ watcherId, userId })),
      );
      const bySubscriber = Map.groupBy(pairs.slice(0, ROWS_PER_BATCH), ({ watcherId }) => watcherId);
      const watchers = Array.from(bySubscriber, ([watcherId, some]) => ({
        watcherId,
        userIds: some.map(({ userId }) => userId),
      }));
      return { watchers };
    },
    accept({ watchers }) {
      for (const { watcherId, userIds } of watchers) subscribers.add(watcherId, userIds);
      if (watchers.length === 0) return undefined;
      // Users who do not come back to a tab within the grace period are to be published as offline.
      return () => alarm.wakeBy(Date.now() + OFFLINE_GRACE_MS);
    },
    discard({ watchers }) {
      for (const { watcherId, userIds } of watchers) subscribers.remove(watcherId, userIds);
    },
  };
}
