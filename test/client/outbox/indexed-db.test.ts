/** The outbox in a browser's IndexedDB, where that does not do what it should. */
import { afterEach, expect, it, vi } from "vitest";
import { outboxInIndexedDb } from "../../../src/client/outbox/indexed-db.ts";

/** A request that is answered so, a little later. */
function request(result: unknown): EventTarget & { result: unknown } {
  const asked = Object.assign(new EventTarget(), { result });
  queueMicrotask(() => asked.dispatchEvent(new Event("success")));
  return asked;
}

/** An empty database; one whose connection the browser has lost can do nothing, and tells nobody. */
function database() {
  const opened = Object.assign(new EventTarget(), {
    lost: false,
    close: () => {},
    transaction: () => {
      if (opened.lost) throw new DOMException("Connection to Indexed Database server lost.", "UnknownError");
      return { commit: () => {}, objectStore: () => ({ getAll: () => request([]) }) };
    },
  });
  return opened;
}

afterEach(() => vi.unstubAllGlobals());

it("opens the database again after a connection to it was lost without a word, as on a phone that slept", async () => {
  const databases: ReturnType<typeof database>[] = [];
  vi.stubGlobal("IDBKeyRange", { bound: () => {} });
  vi.stubGlobal("indexedDB", {
    open: () => {
      databases.push(database());
      return request(databases.at(-1));
    },
  });
  const outbox = outboxInIndexedDb("https://lilypad.test");
  expect(await outbox?.load("box")).toEqual([]);
  for (const opened of databases) opened.lost = true;
  await expect(outbox?.load("box")).rejects.toThrow("lost");
  expect(await outbox?.load("box")).toEqual([]);
  expect(databases).toHaveLength(2);
});
