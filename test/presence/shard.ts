/** Presence shards as tests use them: directly, with people and threads that exist nowhere else. */
import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { upgradeFor } from "../../src/rpc/caller.ts";
import type { PresenceEvent } from "../../src/protocol/events.ts";
import type { User } from "../../src/protocol/model.ts";
import { SUBPROTOCOL } from "../../src/protocol/subprotocol.ts";
import { presenceStubOf, presenceStub, shardOf } from "../../src/rpc/shards.ts";
import type { ThreadUpdate } from "../../src/rpc/presence.ts";
import { costOf, evict as evictObject, shardStub } from "../support/objects.ts";
import { unique } from "../support/people.ts";
import { TestSocket } from "../support/socket.ts";

export type Tab = TestSocket<PresenceEvent>;

export const HOUR = 3_600_000;
export const SHARDS = 8;

/** Somebody new; on a shard, where the test needs them there. */
export function someone(name = "Ada", shard?: number): User {
  for (;;) {
    const id = unique(name.toLowerCase());
    if (shard === undefined || shardOf(id, SHARDS) === shard) return { id, name };
  }
}

/** Somebody new who has signed in. */
export async function known(name = "Ada", shard?: number): Promise<User> {
  const user = someone(name, shard);
  await shardFor(user).signIn(user);
  return user;
}

export function shardFor(user: User) {
  return presenceStubOf(env, user.id);
}

/** Opens a tab and passes over its welcome. */
export async function openTab(user: User, expiresAt = Date.now() + HOUR): Promise<Tab> {
  const tab = await openRaw(user, expiresAt);
  await tab.next("welcome");
  return tab;
}

export async function openRaw(user: User, expiresAt = Date.now() + HOUR): Promise<Tab> {
  const request = upgradeFor(
    new Request("https://lilypad.test/api/presence/socket"),
    { user, expiresAt },
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

  /** The next state of the thread, with its rev. */
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

  /** A message, which moves its author's marker. */
  message(author: User, preview = "hello", at = Date.now()): ThreadUpdate {
    this.seq += 1;
    return this.change({
      seq: this.seq,
      last: { seq: this.seq, author, preview, at },
      senders: { [author.id]: this.seq },
    });
  }

  /** Tells the shards of these users; each of those who joined, left, read or sent only of its own. */
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

  /** These join; their shards know when it resolves. */
  async join(...users: User[]): Promise<void> {
    const joined = users.map((user) => ({ userId: user.id, readSeq: this.seq }));
    await this.notify(this.change({ joined }), ...users);
  }

  async leave(...users: User[]): Promise<void> {
    await this.notify(this.change({ left: users.map((user) => user.id) }), ...users);
  }
}

/** A group of these users, whose shards know of it. */
export async function group(...users: User[]): Promise<FakeThread> {
  const thread = new FakeThread();
  await thread.join(...users);
  return thread;
}

/** What a user's shard reads and writes while this runs; an alarm set counts as a row written. */
export async function rowsIn(
  user: User,
  work: () => Promise<unknown>,
): Promise<{ read: number; written: number }> {
  const cost = await costOf(shardStub(user.id), work);
  return { read: cost.rowsRead, written: cost.rowsWritten + cost.alarmsSet };
}

/** What a user's shard has in a table. */
export function rowsOf(user: User, table: string): Promise<Record<string, SqlStorageValue>[]> {
  return runInDurableObject(shardStub(user.id), (_, { storage }) =>
    storage.sql.exec(`SELECT * FROM "${table}"`).toArray(),
  );
}

/** The alarm that a user's shard has pending. */
export function alarmOf(user: User): Promise<number | null> {
  return runInDurableObject(shardStub(user.id), (_, { storage }) => storage.getAlarm());
}

/** Rings the alarm of a user's shard, if one is pending. */
export function runAlarm(user: User): Promise<boolean> {
  return runDurableObjectAlarm(shardStub(user.id));
}

/** Forgets what a user's shard has in memory, if it is in memory at all; its sockets stay. */
export async function evict(user: User): Promise<void> {
  await evictObject(shardStub(user.id)).catch((error: unknown) => {
    if (!String(error).includes("not currently running")) throw error;
  });
}

/** So much time passes on the clock that objects see. Needs `vi.useFakeTimers({ toFake: ["Date"] })`. */
export function passTime(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Everything sent to the tab so far is here: an answer to a command of its own, which no earlier frame can follow. */
export async function settled(tab: Tab): Promise<void> {
  const id = unique("settled");
  tab.send({ type: "read", threadId: "none", seq: 1, id });
  await tab.next("error", (event) => event.id === id);
}

/** What the tab received while this ran. */
export async function eventsDuring(tab: Tab, work: () => Promise<unknown>): Promise<PresenceEvent[]> {
  await settled(tab);
  const before = tab.events.length;
  await work();
  await settled(tab);
  return tab.events.slice(before).filter((event) => event.type !== "error");
}
