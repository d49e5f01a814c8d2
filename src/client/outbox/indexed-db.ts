/** An outbox storage in the browser's IndexedDB. */
import type { OutboxStorage, Unsent } from "./storage.ts";

/** What is used of IndexedDB, without a browser's types: the published client is also compiled where there are none. */
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

/** The one object store, whose keys are `[box, id]`. */
const MESSAGES = "messages";

/** The outbox storage for the Lilypad at `origin`; undefined where there is no IndexedDB (Node, Workers), or it is blocked. */
export function createIndexedDbOutbox(origin: string): OutboxStorage | undefined {
  const indexedDB = findIndexedDb();
  if (!indexedDB) return undefined;
  const { IDBKeyRange } = globalThis as unknown as Browser;
  let opening: Promise<Database> | undefined;
  const forget = () => (opening = undefined);

  const open = async (): Promise<Database> => {
    const request = indexedDB.open(`lilypad ${origin}`, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(MESSAGES));
    const database = await resultOf(request);
    // By the browser: the disk is full, or the user cleared the site's data.
    database.addEventListener("close", forget);
    return database;
  };

  const run = async <T>(mode: Mode, operation: (store: ObjectStore) => Request<T>): Promise<T> => {
    opening ??= open();
    try {
      const database = await opening;
      const transaction = database.transaction(MESSAGES, mode);
      const result = resultOf(operation(transaction.objectStore(MESSAGES)));
      // It would commit by itself after the result: too late on a page that is reloaded at once.
      transaction.commit();
      return await result;
    } catch (error) {
      // The next operation opens the database again: the connection may be lost without an event, as on a phone that slept.
      forget();
      throw error;
    }
  };

  return {
    // An array sorts after every string, and so after every id.
    load: (box) => run("readonly", (store) => store.getAll(IDBKeyRange.bound([box], [box, []]))),
    put: (box, unsent) => run("readwrite", (store) => store.put(unsent, [box, unsent.id])),
    remove: (box, id) => run("readwrite", (store) => store.delete([box, id])),
    close: () => {
      opening?.then((database) => database.close(), forget);
      forget();
    },
  };
}

/** The property itself may throw: in a sandboxed frame, or where the browser's settings block the site's data. */
function findIndexedDb(): Browser["indexedDB"] {
  try {
    return (globalThis as unknown as Browser).indexedDB;
  } catch {
    return undefined;
  }
}

function resultOf<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error as Error));
  });
}
