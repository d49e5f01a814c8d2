/** Access to Durable Objects from inside: what they store, what an action costs them, and evicting them. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Stub } from "../../src/rpc/call.ts";
import type { ThreadRpc } from "../../src/rpc/thread.ts";
import { shardOf } from "../../src/rpc/shards.ts";

export function threadStub(threadId: string) {
  return env.CHAT_THREAD.get(env.CHAT_THREAD.idFromString(threadId));
}

/** A thread's object by its own interface, whose results the platform's types cannot follow where they hold any JSON. */
export function threadRpc(stub: unknown): Stub<ThreadRpc> {
  return stub as Stub<ThreadRpc>;
}

/** A relay of a large room. They are numbered from 1. */
export function relayStub(threadId: string, no: number) {
  return env.RELAY.get(env.RELAY.idFromName(`${threadId}/${no}`));
}

/** The Presence shard of a user. */
export function shardStub(userId: string) {
  return env.PRESENCE.get(env.PRESENCE.idFromName(`shard-${shardOf(userId, Number(env.PRESENCE_SHARDS))}`));
}

/** Evicts an object: its memory is lost, its sockets and storage stay. Does nothing where it is not running. */
export async function evict(stub: DurableObjectStub): Promise<void> {
  try {
    await evictDurableObject(stub);
  } catch (error) {
    if (!String(error).includes("not currently running")) throw error;
  }
}

/** Crashes an object: its memory, its sockets and what was not yet durable are lost. */
export async function crash(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub, (_object, state) => state.abort("expected: a crash")).catch(() => undefined);
}

export interface Cost {
  rowsRead: number;
  rowsWritten: number;
  /** Each is billed as a row written, and is not in `rowsWritten`. */
  alarmsSet: number;
}

/** What an object reads and writes while `action` runs, from the cursors of its own statements. */
export async function costOf(stub: DurableObjectStub, action: () => Promise<unknown>): Promise<Cost> {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  let alarmsSet = 0;
  const stop = await runInDurableObject(stub, (_instance, { storage }) => {
    const exec = storage.sql.exec;
    const setAlarm = storage.setAlarm;
    storage.sql.exec = function counted(this: SqlStorage, query: string, ...bindings: unknown[]) {
      const cursor = exec.call(this, query, ...bindings);
      cursors.push(cursor);
      return cursor;
    } as typeof exec;
    storage.setAlarm = function counted(this: DurableObjectStorage, time: number | Date) {
      alarmsSet += 1;
      return setAlarm.call(this, time);
    } as typeof setAlarm;
    return (): Cost => {
      storage.sql.exec = exec;
      storage.setAlarm = setAlarm;
      const sum = (part: "rowsRead" | "rowsWritten") =>
        cursors.reduce((total, cursor) => total + cursor[part], 0);
      return { rowsRead: sum("rowsRead"), rowsWritten: sum("rowsWritten"), alarmsSet };
    };
  });
  await action();
  // Within the object again: its cursors can be used only there.
  return runInDurableObject(stub, () => stop());
}

/** Every value stored in an object's SQLite, as one text. */
export function storedText(stub: DurableObjectStub): Promise<string> {
  return runInDurableObject(stub, (_instance, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return JSON.stringify(
      tables.map(({ name }) => [name, storage.sql.exec(`SELECT * FROM "${name}"`).toArray()]),
    );
  });
}
