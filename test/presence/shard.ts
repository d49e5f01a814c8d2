/** Direct access to Presence shards, with users and threads that exist nowhere else. */
import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { upgradeFor } from "../../src/rpc/caller.ts";
import type { PresenceEvent } from "../../src/protocol/events.ts";
import type { User } from "../../src/protocol/model.ts";
import { SUBPROTOCOL } from "../../src/protocol/subprotocol.ts";
import { presenceStubOf, presenceStub, shardOf } from "../../src/rpc/shards.ts";
import type { FoundUser } from "../../src/rpc/presence.ts";
import type { ThreadUpdate } from "../../src/rpc/thread-update.ts";
import { valueOf } from "../../src/rpc/result.ts";
import { costOf, evict, shardStub } from "../support/objects.ts";
import { unique } from "../support/host-users.ts";
import { TestSocket } from "../support/socket.ts";

export type Tab = TestSocket<PresenceEvent>;

export const HOUR = 3_600_000;
export const SHARDS = Number(env.PRESENCE_SHARDS);

/** A user whom no shard knows; of this shard, counted round, if one is given. */
export function unknownUser(name = "Ada", shard?: number): User {
  for (;;) {
    const id = unique(name.toLowerCase());
    if (shard === undefined || shardOf(id, SHARDS) === shard % SHARDS) return { id, name };
  }
}

/** A new user who has signed in. */
export async function knownUser(name = "Ada", shard?: number): Promise<User> {
  const user = unknownUser(name, shard);
  await shardFor(user).signIn(user);
  return user;
}

export function shardFor(user: User) {
  return presenceStubOf(env, user.id);
}

/** Users of a user's shard whose name or id begins so; `among`: in one of these threads. */
export async function searchIn(
  user: User,
  prefix: string,
  among: string[] | null = null,
): Promise<FoundUser[]> {
  const found = await shardFor(user).searchUsers(prefix, among);
  return Array.isArray(found) ? found : valueOf(found);
}

/** Opens a tab, and skips its welcome. */
export async function openTab(user: User, expiresAt = Date.now() + HOUR): Promise<Tab> {
  const tab = await openRaw(user, expiresAt);
  await tab.next("welcome");
  return tab;
}

/** Opens a tab, whose next event is its welcome. */
export async function openRaw(user: User, expiresAt = Date.now() + HOUR): Promise<Tab> {
  const request = upgradeFor(
    new Request("https://lilypad.test/api/presence/socket"),
    // Later than any sign-in so far, also where the clock stands still.
    { user, expiresAt, namedAt: Date.now() + 1 },
    SUBPROTOCOL,
  );
  const response = await shardFor(user).fetch(request);
  if (!response.webSocket) throw new Error(`upgrade answered ${response.status}`);
  return new TestSocket<PresenceEvent>(response.webSocket, response.headers.get("sec-websocket-protocol"));
}

/** A thread that only Presence knows of: its updates are made by hand. */
export class FakeThread {
  readonly id: string;
  rev = 1;
  seq = 0;
  update: ThreadUpdate;

  constructor(
    readonly kind: "direct" | "group" | "public" = "group",
    name: string | null = "The pond",
    createdAt = Date.now(),
  ) {
    this.id = env.CHAT_THREAD.newUniqueId().toString();
    this.update = {
      threadId: this.id,
      rev: 1,
      kind,
      name,
      createdAt,
      seq: 0,
      joined: [],
      left: [],
      readers: {},
      senders: {},
    };
  }

  /** Applies a change, with the next rev. Returns the update for Presence. */
  change(change: Partial<ThreadUpdate>): ThreadUpdate {
    this.rev += 1;
    this.update = {
      ...this.update,
      joined: [],
      left: [],
      readers: {},
      senders: {},
      rev: this.rev,
      ...change,
    };
    return this.update;
  }

  /** Adds a message, which moves its author's read marker. Returns the update for Presence. */
  message(author: User, preview = "hello", at = Date.now()): ThreadUpdate {
    this.seq += 1;
    return this.change({
      seq: this.seq,
      last: { seq: this.seq, author, preview, at },
      senders: { [author.id]: this.seq },
    });
  }

  /** Sends an update to the shards of these users. Each receives the joins, leaves and markers of its own users only. */
  async notify(update: ThreadUpdate, ...users: User[]): Promise<void> {
    const shards = new Set(users.map((user) => shardOf(user.id, SHARDS)));
    await Promise.all(
      [...shards].map((shard) => {
        const isOwn = (id: string) => shardOf(id, SHARDS) === shard;
        return presenceStub(env, shard).threadChanged({
          ...update,
          joined: update.joined.filter(({ userId }) => isOwn(userId)),
          left: update.left.filter(isOwn),
          readers: Object.fromEntries(Object.entries(update.readers).filter(([id]) => isOwn(id))),
          senders: Object.fromEntries(Object.entries(update.senders).filter(([id]) => isOwn(id))),
        });
      }),
    );
  }

  /** Adds members. Resolves when their shards have applied it. */
  async join(...users: User[]): Promise<void> {
    const joined = users.map((user) => ({ userId: user.id, readSeq: this.seq }));
    await this.notify(this.change({ joined }), ...users);
  }

  async leave(...users: User[]): Promise<void> {
    await this.notify(this.change({ left: users.map((user) => user.id) }), ...users);
  }
}

/** A user with so many groups, the newest first, which are in the shard's storage alone. */
export async function userInThreads(count: number, shard = 1): Promise<{ ada: User; threadIds: string[] }> {
  const ada = await knownUser("Ada", shard);
  const threadIds = Array.from({ length: count }, () => env.CHAT_THREAD.newUniqueId().toString());
  const ids = JSON.stringify(threadIds);
  await runInDurableObject(shardStub(ada.id), (_, { storage: { sql } }) => {
    sql.exec(
      `INSERT INTO threads (thread_id, rev, kind, created_at, seq, active_at, senders)
       SELECT value, 2, 'group', 1000000 - key, 0, 1000000 - key, '{}' FROM json_each(?)`,
      ids,
    );
    sql.exec("INSERT INTO user_threads SELECT ?, value, 0 FROM json_each(?)", ada.id, ids);
  });
  return { ada, threadIds };
}

/** A group of these users, whose shards know of it. */
export async function groupOf(...users: User[]): Promise<FakeThread> {
  const thread = new FakeThread();
  await thread.join(...users);
  return thread;
}

/** What a user's shard reads and writes while this runs; an alarm set counts as a row written. */
export async function costIn(
  user: User,
  work: () => Promise<unknown>,
): Promise<{ read: number; written: number }> {
  const cost = await costOf(shardStub(user.id), work);
  return { read: cost.rowsRead, written: cost.rowsWritten + cost.alarmsSet };
}

/** The rows of a table in a user's shard. */
export function rowsOf(user: User, table: string): Promise<Record<string, SqlStorageValue>[]> {
  return runInDurableObject(shardStub(user.id), (_, { storage }) =>
    storage.sql.exec(`SELECT * FROM "${table}"`).toArray(),
  );
}

/** When the alarm of a user's shard is due; null where none is set. */
export function alarmOf(user: User): Promise<number | null> {
  return runInDurableObject(shardStub(user.id), (_, { storage }) => storage.getAlarm());
}

/** Rings the alarm of a user's shard, if one is pending. */
export function runAlarmOf(user: User): Promise<boolean> {
  return runDurableObjectAlarm(shardStub(user.id));
}

/** Evicts a user's shard: its memory is lost, its sockets and storage stay. */
export async function evictShardOf(user: User): Promise<void> {
  await evict(shardStub(user.id));
}

export { passTime } from "../cost/clock.ts";

/** Resolves when everything sent to the tab so far has arrived: the reply to a command comes after all frames before it. */
export async function settle(tab: Tab): Promise<void> {
  const id = unique("settled");
  tab.send({ type: "read", threadId: "none", seq: 1, id });
  await tab.next("error", (event) => event.id === id);
}

/** What the tab received while this ran. */
export async function eventsDuring(tab: Tab, work: () => Promise<unknown>): Promise<PresenceEvent[]> {
  await settle(tab);
  const before = tab.events.length;
  await work();
  await settle(tab);
  return tab.events.slice(before).filter((event) => event.type !== "error");
}
