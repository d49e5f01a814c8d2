/** The outbox in the browser's IndexedDB. */
import type { OutboxStorage, Unsent } from "./storage.ts";

/** What is needed of IndexedDB, said without a browser's types: the client is also compiled where there are none. */
interface Request<T> {
  result: T;
  error: unknown;
  addEventListener(type: string, listener: () => void): void;
}
interface ObjectStore {
  getAll(range: unknown): Request<Unsent[]>;
  put(value: Unsent, key: readonly string[]): Request<unknown>;
  delete(key: readonly string[]): Request<unknown>;
}
interface Transaction {
  objectStore(name: string): ObjectStore;
  commit(): void;
}
type Mode = "readonly" | "readwrite";
interface Database {
  createObjectStore(name: string): unknown;
  transaction(name: string, mode: Mode): Transaction;
  addEventListener(type: "close", listener: () => void): void;
  close(): void;
}
interface Browser {
  indexedDB?: {
    open(name: string, version: number): Request<Database>;
  };
  IDBKeyRange: { bound(lower: unknown, upper: unknown): unknown };
}

const MESSAGES = "messages";

/** What is unsent to the Lilypad at `origin`; undefined where there is no IndexedDB (Node, Workers). */
export function outboxInIndexedDb(origin: string): OutboxStorage | undefined {
  const { indexedDB, IDBKeyRange } = globalThis as unknown as Browser;
  if (!indexedDB) return undefined;
  let opened: Promise<Database> | undefined;

  const forget = () => (opened = undefined);
  const open = async () => {
    const request = indexedDB.open(`lilypad ${origin}`, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(MESSAGES));
    const database = await settled(request);
    // By the browser: the disk is full, or the person cleared what sites keep.
    database.addEventListener("close", forget);
    return database;
  };
  const run = async <T>(mode: Mode, ask: (store: ObjectStore) => Request<T>) => {
    opened ??= open();
    try {
      const transaction = (await opened).transaction(MESSAGES, mode);
      const answer = settled(ask(transaction.objectStore(MESSAGES)));
      // Not by itself after the answer: a page that is reloaded at once would not live to see it.
      transaction.commit();
      return await answer;
    } catch (error) {
      // What failed once is tried afresh the next time.
      forget();
      throw error;
    }
  };
  return {
    // An array is the highest kind of key: above every id.
    load: (box) => run("readonly", (store) => store.getAll(IDBKeyRange.bound([box], [box, []]))),
    put: (box, unsent) => run("readwrite", (store) => store.put(unsent, [box, unsent.id])),
    remove: (box, id) => run("readwrite", (store) => store.delete([box, id])),
    close: () => {
      opened?.then((database) => database.close(), forget);
      forget();
    },
  };
}

function settled<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error as Error));
  });
}
