/**
 * Counts what is billed while something happens, in every object at once: what comes in at the objects' own handlers,
 * rows from the cursors of their own statements, alarms as they are set. An object that starts meanwhile counts from
 * its constructor on.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Presence } from "../../src/presence/presence.ts";
import { Relay } from "../../src/relay/relay.ts";
import { ChatThread } from "../../src/thread/chat-thread.ts";
import worker from "../../src/worker/index.ts";
import { CLASSES, nothingSpent, type ObjectClass, type Spent } from "./counts.ts";

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;
type Method = (this: object, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const METHODS = { thread: ChatThread, presence: Presence, relay: Relay };
const NAMESPACES: Record<ObjectClass, () => DurableObjectNamespace> = {
  thread: () => env.CHAT_THREAD,
  presence: () => env.PRESENCE,
  relay: () => env.RELAY,
};
/** What an event that is no call is counted as. */
const EVENTS: Record<string, "upgrades" | "alarms" | "frames" | "closes"> = {
  fetch: "upgrades",
  alarm: "alarms",
  webSocketMessage: "frames",
  webSocketClose: "closes",
  webSocketError: "closes",
};

/** The storage of one object: what it did since it was counted last, and whose it is, once it has had an event. */
interface Ledger {
  cursors: Cursor[];
  alarmsSet: number;
  owner?: { of: ObjectClass; id: DurableObjectId };
}

interface Tally {
  spent: Spent;
  ledgers: Map<SqlStorage, Ledger>;
  active: Record<ObjectClass, Set<string>>;
}

/** Whose code is running: an object that calls a method of its own makes no request. */
const running = new AsyncLocalStorage<object>();
let tally: Tally | undefined;
let isInstalled = false;

/** What is spent while `work` runs. What it sets off must be over when it resolves. */
export async function meter(work: () => Promise<unknown>): Promise<Spent> {
  if (tally) throw new Error("something is being metered already");
  await install();
  tally = {
    spent: nothingSpent(),
    ledgers: new Map(),
    active: { thread: new Set(), presence: new Set(), relay: new Set() },
  };
  const counting = tally;
  try {
    await work();
  } finally {
    tally = undefined;
  }
  for (const [sql, ledger] of counting.ledgers) {
    if (ledger.cursors.length === 0 && ledger.alarmsSet === 0) continue;
    if (!ledger.owner) throw new Error("an object did something without any event");
    const { of, id } = ledger.owner;
    // Within the object: a cursor belongs to it.
    await runInDurableObject(NAMESPACES[of]().get(id), () => settle(counting, sql));
  }
  for (const of of CLASSES) counting.spent[of].objects = counting.active[of].size;
  return counting.spent;
}

/** Puts the counting in place, once a test file: it costs nothing while nothing is metered. */
async function install(): Promise<void> {
  if (isInstalled) return;
  isInstalled = true;
  for (const of of CLASSES) countEvents(of);
  const answer = worker.fetch;
  worker.fetch = (request, bindings) => {
    if (tally) tally.spent.worker += 1;
    return answer(request, bindings);
  };
  // The prototypes are the runtime's, the same for every object, and can be had from within one only.
  await runInDurableObject(env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId()), (_thread, { storage }) => {
    const sqls = Object.getPrototypeOf(storage.sql) as SqlStorage;
    const exec = sqls.exec;
    sqls.exec = function counted(this: SqlStorage, query: string, ...bindings: unknown[]) {
      const cursor = exec.call(this, query, ...bindings);
      if (tally) ledgerOf(tally, this).cursors.push(cursor);
      return cursor;
    } as typeof exec;
    const storages = Object.getPrototypeOf(storage) as DurableObjectStorage;
    const setAlarm = storages.setAlarm;
    storages.setAlarm = function counted(this: DurableObjectStorage, time: number | Date) {
      if (tally) ledgerOf(tally, this.sql).alarmsSet += 1;
      return setAlarm.call(this, time);
    } as typeof setAlarm;
  });
}

/** Counts every event of a class's objects: all methods of the class are doors, since its parts are classes of their own. */
function countEvents(of: ObjectClass): void {
  const methods = METHODS[of].prototype as unknown as Methods;
  for (const name of Object.getOwnPropertyNames(methods)) {
    const method = methods[name];
    if (name === "constructor" || !method) continue;
    methods[name] = function counted(this: object, ...args: unknown[]) {
      const counting = tally;
      if (!counting || running.getStore() === this) return method.apply(this, args);
      const { ctx } = this as { ctx: DurableObjectState };
      counting.spent[of][EVENTS[name] ?? "calls"] += 1;
      counting.active[of].add(ctx.id.toString());
      ledgerOf(counting, ctx.storage.sql).owner = { of, id: ctx.id };
      const result = running.run(this, () => method.apply(this, args));
      if (!(result instanceof Promise)) return result;
      // While the object is surely there: it may be evicted before all is over.
      return result.finally(() => settle(counting, ctx.storage.sql));
    };
  }
}

function ledgerOf(counting: Tally, sql: SqlStorage): Ledger {
  const ledger = counting.ledgers.get(sql) ?? { cursors: [], alarmsSet: 0 };
  counting.ledgers.set(sql, ledger);
  return ledger;
}

/** Adds what a storage has done to its class's counts. */
function settle(counting: Tally, sql: SqlStorage): void {
  const ledger = ledgerOf(counting, sql);
  if (!ledger.owner) return;
  const counts = counting.spent[ledger.owner.of];
  for (const cursor of ledger.cursors.splice(0)) {
    counts.rowsRead += cursor.rowsRead;
    counts.rowsWritten += cursor.rowsWritten;
  }
  counts.alarmsSet += ledger.alarmsSet;
  ledger.alarmsSet = 0;
}
