/** The outbox storage in IndexedDB, where a browser does not do what it should. */
import { expect, it, onTestFinished, vi } from "vitest";
import { createIndexedDbOutbox } from "../../../src/client/outbox/indexed-db.ts";

/** A request that succeeds a little later. */
function request(result: unknown): EventTarget & { result: unknown } {
  const pending = Object.assign(new EventTarget(), { result });
  queueMicrotask(() => pending.dispatchEvent(new Event("success")));
  return pending;
}

/** An empty database. When the browser has lost its connection, every operation throws. */
function emptyDatabase() {
  const database = Object.assign(new EventTarget(), {
    isLost: false,
    close: () => {},
    transaction: () => {
      if (database.isLost)
        throw new DOMException("Connection to Indexed Database server lost.", "UnknownError");
      return { commit: () => {}, objectStore: () => ({ getAll: () => request([]) }) };
    },
  });
  return database;
}

it("is none where the browser does not let the page ask for one, as in a sandboxed frame", () => {
  const original = Object.getOwnPropertyDescriptor(globalThis, "indexedDB") ?? {
    value: undefined,
    configurable: true,
  };
  onTestFinished(() => void Object.defineProperty(globalThis, "indexedDB", original));
  Object.defineProperty(globalThis, "indexedDB", {
    configurable: true,
    get: () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    },
  });
  expect(createIndexedDbOutbox("https://lilypad.test")).toBeUndefined();
});

it("opens the database again after its connection was lost without an event, as on a phone that slept", async () => {
  const databases: ReturnType<typeof emptyDatabase>[] = [];
  vi.stubGlobal("IDBKeyRange", { bound: () => {} });
  vi.stubGlobal("indexedDB", {
    open: () => {
      const database = emptyDatabase();
      databases.push(database);
      return request(database);
    },
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const storage = createIndexedDbOutbox("https://lilypad.test");
  expect(await storage?.load("box")).toEqual([]);
  for (const database of databases) database.isLost = true;
  await expect(storage?.load("box")).rejects.toThrow("lost");
  expect(await storage?.load("box")).toEqual([]);
  expect(databases).toHaveLength(2);
});
