/**
 * Counts the billed operations of all objects while something runs: events at the objects' handlers, rows from the
 * cursors of their statements, alarms as they are set. An object that starts meanwhile is counted from its constructor on.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Presence } from "../../src/presence/presence.ts";
import { Relay } from "../../src/relay/relay.ts";
import { SocketIoShard } from "../../src/socketio/socketio-shard.ts";
import { ChatThread } from "../../src/thread/chat-thread.ts";
import worker from "../../src/worker/index.ts";
import { sharedByObjects } from "../support/shared-by-objects.ts";
import { CLASSES, noOperations, type ObjectClass, type BilledOperations } from "./counts.ts";

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;
type Method = (this: object, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const METHODS = { thread: ChatThread, presence: Presence, relay: Relay, socketIo: SocketIoShard };
const NAMESPACES: Record<ObjectClass, () => DurableObjectNamespace> = {
  thread: () => env.CHAT_THREAD,
  presence: () => env.PRESENCE,
  relay: () => env.RELAY,
  socketIo: () => env.SOCKET_IO,
};
/** The count of each handler; any other method is an RPC call. */
const EVENTS: Record<string, "upgrades" | "alarms" | "frames" | "closes"> = {
  fetch: "upgrades",
  alarm: "alarms",
  webSocketMessage: "frames",
  webSocketClose: "closes",
  webSocketError: "closes",
};

/** What an object's storage did since it was last counted. The owner is known from the object's first event on. */
interface StorageLog {
  cursors: Cursor[];
  alarmsSet: number;
  owner?: { of: ObjectClass; id: DurableObjectId };
}

interface Metering {
  operations: BilledOperations;
  logs: Map<SqlStorage, StorageLog>;
  active: Record<ObjectClass, Set<string>>;
}

/** The object whose code is running: a call of its own method is no request. */
const running = new AsyncLocalStorage<object>();
let current: Metering | undefined;

/**
 * The operations while `work` runs. Everything it causes must be over when it resolves; it is given the counts so far, of
 * events alone.
 */
export async function meter(work: (soFar: BilledOperations) => Promise<unknown>): Promise<BilledOperations> {
  if (current) throw new Error("another measurement is running");
  const metering: Metering = {
    operations: noOperations(),
    logs: new Map(),
    active: { thread: new Set(), presence: new Set(), relay: new Set(), socketIo: new Set() },
  };
  current = metering;
  const uninstall = await install();
  try {
    await work(metering.operations);
  } finally {
    current = undefined;
    uninstall();
  }
  for (const [sql, log] of metering.logs) {
    if (log.cursors.length === 0 && log.alarmsSet === 0) continue;
    if (!log.owner) throw new Error("an object used its storage without an event");
    const { of, id } = log.owner;
    // In the object: its cursors can be read there only.
    await runInDurableObject(NAMESPACES[of]().get(id), () => settle(metering, sql));
  }
  for (const of of CLASSES) metering.operations[of].objects = metering.active[of].size;
  return metering.operations;
}

/** Wraps the handlers and the storage. Resolves with what takes the wrappers off: what is not measured is to run without. */
async function install(): Promise<() => void> {
  const { sql, storage } = await sharedByObjects();
  const { exec } = sql;
  sql.exec = function counted(this: SqlStorage, query: string, ...bindings: unknown[]) {
    if (!current) return exec.call(this, query, ...bindings);
    const { cursors } = logOf(current, this);
    const statements = statementsOf(query);
    const last = statements.pop() ?? query;
    // A cursor counts the last statement of its query alone.
    for (const statement of statements) cursors.push(exec.call(this, statement));
    const cursor = exec.call(this, last, ...bindings);
    cursors.push(cursor);
    return cursor;
  } as typeof exec;
  const { setAlarm } = storage;
  storage.setAlarm = function counted(this: DurableObjectStorage, time: number | Date) {
    if (current) logOf(current, this.sql).alarmsSet += 1;
    return setAlarm.call(this, time);
  } as typeof setAlarm;
  const answer = worker.fetch;
  worker.fetch = (request, bindings) => {
    if (current) current.operations.worker += 1;
    return answer(request, bindings);
  };
  const handlers = CLASSES.map(countEvents);
  return () => {
    sql.exec = exec;
    storage.setAlarm = setAlarm;
    worker.fetch = answer;
    for (const restore of handlers) restore();
  };
}

/**
 * Counts the events of a class's objects. All its methods are handlers or RPC methods: its parts are classes of their own.
 * By its prototype, and not where calls are made (test/support/calls.ts): alarms and frames, which are billed too, come from
 * the platform, and what an object reads and writes is counted as its own. Returns what ends it.
 */
function countEvents(of: ObjectClass): () => void {
  const methods = METHODS[of].prototype as unknown as Methods;
  const uncounted: Methods = {};
  for (const name of Object.getOwnPropertyNames(methods)) {
    const method = methods[name];
    if (name === "constructor" || !method) continue;
    uncounted[name] = method;
    methods[name] = function counted(this: object, ...args: unknown[]) {
      const metering = current;
      if (!metering || running.getStore() === this) return method.apply(this, args);
      const { ctx } = this as { ctx: DurableObjectState };
      metering.operations[of][EVENTS[name] ?? "calls"] += 1;
      metering.active[of].add(ctx.id.toString());
      logOf(metering, ctx.storage.sql).owner = { of, id: ctx.id };
      const result = running.run(this, () => method.apply(this, args));
      if (!(result instanceof Promise)) return result;
      // Now, while the object exists: it may be evicted before the measurement is over.
      return result.finally(() => settle(metering, ctx.storage.sql));
    };
  }
  return () => Object.assign(methods, uncounted);
}

/** The statements of a query, none of which has a semicolon in a text. */
function statementsOf(query: string): string[] {
  const parts = query.match(/(?:--.*|[^;])+/g) ?? [];
  return parts.filter((part) => part.replace(/--.*/g, "").trim() !== "");
}

function logOf(metering: Metering, sql: SqlStorage): StorageLog {
  const log = metering.logs.get(sql) ?? { cursors: [], alarmsSet: 0 };
  metering.logs.set(sql, log);
  return log;
}

/** Adds the logged operations to the counts of the owner's class, and clears the log. */
function settle(metering: Metering, sql: SqlStorage): void {
  const log = logOf(metering, sql);
  if (!log.owner) return;
  const counts = metering.operations[log.owner.of];
  for (const cursor of log.cursors.splice(0)) {
    counts.rowsRead += cursor.rowsRead;
    counts.rowsWritten += cursor.rowsWritten;
  }
  counts.alarmsSet += log.alarmsSet;
  log.alarmsSet = 0;
}
