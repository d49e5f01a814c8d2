/** Keeps the commands of one user's outbox in the storage. */
import type { DurableCommand } from "../../protocol/commands.ts";
import { stopTimer, type Timer } from "../timer.ts";
import type { ChangeCommand, OutboxEntry } from "./entry.ts";
import type { OutboxStorage, Unsent } from "./storage.ts";

/** How long sending waits for the storage. A browser's storage may hang; sending must not. */
const LOAD_MS = 2_000;

export interface OutboxPersistenceOptions {
  /** Without one, nothing is kept. */
  storage: OutboxStorage | null | undefined;
  userId: string;
  threadId: string;
  /** Called once with what was kept, in order, as soon as the storage has returned it. */
  onRestore(kept: OutboxEntry[]): void;
}

export class OutboxPersistence {
  /** Resolves when everything was restored, or when that takes too long: then it is restored later. */
  readonly loaded: Promise<void>;
  readonly #storage: OutboxStorage | null | undefined;
  /** Messages and changes apart: a page of an earlier version, still open in another tab, knows messages alone. */
  readonly #boxes: { messages: string; changes: string };
  #loadTimer: Timer | undefined;
  #isClosed = false;

  /** Starts loading. */
  constructor({ storage, userId, threadId, onRestore }: OutboxPersistenceOptions) {
    this.#storage = storage;
    this.#boxes = { messages: `${userId},${threadId}`, changes: `${userId},${threadId},changes` };
    this.loaded = storage ? this.#load(storage, onRestore) : Promise.resolve();
  }

  /** Keeps a command, or its new version. */
  put(entry: OutboxEntry): void {
    this.#storage?.put(this.#boxOf(entry), unsentOf(entry)).catch(() => {});
  }

  /** Keeps a command no longer. */
  remove(entry: OutboxEntry): void {
    this.#storage?.remove(this.#boxOf(entry), entry.command.id).catch(() => {});
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
    const { messages, changes } = this.#boxes;
    let kept: Unsent[] = [];
    try {
      kept = (await Promise.all([storage.load(messages), storage.load(changes)])).flat();
    } catch {
      // What is new is sent even if what was kept cannot be loaded.
    }
    if (!this.#isClosed) onRestore(kept.toSorted((a, b) => a.at - b.at).map(entryOf));
  }

  #boxOf({ command }: OutboxEntry): string {
    return command.type === "chat" ? this.#boxes.messages : this.#boxes.changes;
  }
}

function unsentOf({ command, at, epoch, reason }: OutboxEntry): Unsent {
  const kept = { at, epoch, reason };
  if (command.type === "chat") {
    const { id, body, data, replyTo, since } = command;
    return { ...kept, id, body, data, replyTo, since };
  }
  const { id, body, ...change } = { body: "", ...command };
  return { ...kept, id, body, change };
}

function entryOf(unsent: Unsent): OutboxEntry {
  const { at, epoch, reason } = unsent;
  return { command: commandOf(unsent), at, state: reason ? "failed" : "queued", epoch, reason };
}

function commandOf({ id, body, data, replyTo, since, change }: Unsent): DurableCommand {
  if (!change) return { type: "chat", id, body, data, replyTo, since };
  const hasText = change.type === "edit" || body !== "";
  // What was put for a type of change has the fields of that type.
  return { ...change, id, ...(hasText && { body }) } as ChangeCommand;
}
