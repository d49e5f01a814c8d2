/** Keeps the messages of one user's outbox in the storage. */
import { stopTimer, type Timer } from "../timer.ts";
import type { OutboxEntry } from "./entry.ts";
import type { OutboxStorage, Unsent } from "./storage.ts";

/** How long sending waits for the storage. A browser's storage may hang; sending must not. */
const LOAD_MS = 2_000;

export interface OutboxPersistenceOptions {
  /** Without one, nothing is kept. */
  storage: OutboxStorage | null | undefined;
  userId: string;
  threadId: string;
  /** Called once with the messages that were kept, in order, as soon as the storage has returned them. */
  onRestore(kept: OutboxEntry[]): void;
}

export class OutboxPersistence {
  /** Resolves when the messages were restored, or when that takes too long: then they are restored later. */
  readonly loaded: Promise<void>;
  readonly #storage: OutboxStorage | null | undefined;
  readonly #box: string;
  #loadTimer: Timer | undefined;
  #isClosed = false;

  /** Starts loading. */
  constructor({ storage, userId, threadId, onRestore }: OutboxPersistenceOptions) {
    this.#storage = storage;
    this.#box = `${userId},${threadId}`;
    this.loaded = storage ? this.#load(storage, onRestore) : Promise.resolve();
  }

  /** Keeps a message, or its new version. Commands other than messages are not kept. */
  put({ command, at, epoch, reason }: OutboxEntry): void {
    if (command.type !== "chat") return;
    const { id, body, replyTo, since } = command;
    this.#storage?.put(this.#box, { id, body, replyTo, since, at, epoch, reason }).catch(() => {});
  }

  /** Keeps a message no longer. */
  remove({ command }: OutboxEntry): void {
    this.#storage?.remove(this.#box, command.id).catch(() => {});
  }

  /** Leaves what is kept where it is, and restores nothing any more. */
  close(): void {
    this.#isClosed = true;
    stopTimer(this.#loadTimer);
  }

  async #load(storage: OutboxStorage, onRestore: (kept: OutboxEntry[]) => void): Promise<void> {
    const timedOut = new Promise<void>((resolve) => {
      this.#loadTimer = setTimeout(resolve, LOAD_MS);
    });
    await Promise.race([this.#restore(storage, onRestore), timedOut]);
    stopTimer(this.#loadTimer);
  }

  async #restore(storage: OutboxStorage, onRestore: (kept: OutboxEntry[]) => void): Promise<void> {
    let kept: Unsent[] = [];
    try {
      kept = await storage.load(this.#box);
    } catch {
      // New messages are sent even if those that were kept cannot be loaded.
    }
    if (!this.#isClosed) onRestore(kept.toSorted((a, b) => a.at - b.at).map(toEntry));
  }
}

function toEntry({ id, body, replyTo, since, at, epoch, reason }: Unsent): OutboxEntry {
  return {
    command: { type: "chat", id, body, replyTo, since },
    at,
    state: reason ? "failed" : "queued",
    epoch,
    reason,
  };
}
