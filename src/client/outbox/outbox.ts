/**
 * What one gave and the server is not known to have: sent in the order in which it was given, again after a lost
 * socket, and kept until it is stored, refused or discarded.
 */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import { BODY_LENGTH, CLIENT_FRAME_BYTES } from "../../protocol/limits.ts";
import { createKeeping, type Keeping } from "./persistence.ts";
import type { OutboxStorage } from "./storage.ts";
import { RequestError } from "../http/request-error.ts";
import type { Outgoing, RoomState } from "../room/room-state.ts";
import { stopTimer, type Timer } from "../timer.ts";

/** Most commands in a frame. Below the server's burst, so that a long queue is paced by its answers. */
const FRAME_COMMANDS = 10;
/** Where a `rate_limited` names no time. */
const RETRY_AFTER_MS = 1_000;

/** A command that the server has stored. */
export interface Stored {
  id: string;
  /** The message's number in its thread; of no meaning for a change to another message. */
  seq: number;
}

export interface Entry {
  command: DurableCommand;
  at: number;
  state: "queued" | "sent" | "failed";
  reason?: string | undefined;
  /** The epoch that a chat's `since` belongs to. */
  epoch?: string | undefined;
  resolve?: (stored: Stored) => void;
  reject?: (error: RequestError) => void;
}

export interface OutboxOptions {
  threadId: string;
  /** Sends a frame; false where there is no socket. */
  send(frame: object): boolean;
  /** The room as it is. */
  room(): RoomState;
  onChange(shown: readonly Outgoing[]): void;
  storage: OutboxStorage | null | undefined;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #keeping: Keeping;
  #entries: Entry[] = [];
  /** One's own messages that are not stored yet, as the room shows them. */
  shown: readonly Outgoing[] = [];
  /** The ids of what is stored, as far as it was heard of. */
  readonly #stored = new Set<string>();
  #pause: Timer | undefined;
  /** Whether it is known what was kept from before a reload: nothing may overtake that. */
  #complete = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#keeping = createKeeping(options.storage, options.threadId);
  }

  /** Takes a command; settles when the server has stored or refused it. */
  add(command: DurableCommand): Promise<Stored> {
    const stored = new Promise<Stored>((resolve, reject) => {
      // Never earlier than the one before, whatever the clock does: `at` is the order after a reload.
      const at = Math.max(Date.now(), (this.#entries.at(-1)?.at ?? 0) + 1);
      const entry: Entry = { command, at, state: "queued", resolve, reject };
      this.#entries.push(entry);
      this.#changed();
      if ("body" in command && command.body.length > BODY_LENGTH) {
        // The server would end the connection over a frame that is far too large.
        return this.#refuse(entry, new RequestError("too_large", `At most ${BODY_LENGTH} characters.`));
      }
      this.#flush();
      if (entry.state === "queued") this.#keeping.put(entry);
    });
    // A message that failed is shown as failed: not every caller waits to hear of it.
    stored.catch(() => {});
    return stored;
  }

  /** Sends a failed message once more: same id, same `since`, so that it is stored once at most. */
  retry(id: string): void {
    const entry = this.#find(id);
    if (entry?.state !== "failed") return;
    entry.state = "queued";
    entry.reason = undefined;
    this.#keeping.put(entry);
    this.#changed();
    this.#flush();
  }

  /** Gives a message up. */
  discard(id: string): void {
    this.#take(id)?.reject?.(new RequestError("offline", "Discarded."));
  }

  /** After a lost socket nobody knows what arrived: all that was on its way waits again. */
  disconnected(): void {
    this.#resume();
    for (const entry of this.#entries) if (entry.state === "sent") entry.state = "queued";
  }

  /** Nothing is ever sent again. */
  failAll(reason: string): void {
    for (const entry of this.#entries) this.#refuse(entry, new RequestError("forbidden", reason));
  }

  /** What an event means for what waits; `before` and `after` are the room around it. */
  receive(event: ThreadEvent, before: RoomState, after: RoomState): void {
    switch (event.type) {
      case "welcome":
        return void this.#welcomed(before, after);
      case "history":
        return event.messages.forEach((message) => this.#arrived(message, after));
      case "chat":
        return this.#arrived(event.message, after);
      case "ack":
        return this.#settle({ id: event.id, seq: event.seq ?? 0 });
      case "error": {
        const entry = this.#find(event.id);
        // Discarded meanwhile: what waited for its answer goes.
        if (!entry) return this.#flush();
        if (event.code === "rate_limited") return this.#pauseFor(entry, event.retryAfterMs ?? RETRY_AFTER_MS);
        this.#refuse(entry, new RequestError(event.code, event.message));
        return this.#flush();
      }
    }
  }

  /** What is kept is sent when the thread is entered again. */
  close(): void {
    this.#resume();
    this.#keeping.close();
    const left = new RequestError("offline", "The room was left.");
    for (const { reject } of this.#entries) reject?.(left);
    this.#entries = [];
    this.#changed();
  }

  async #welcomed({ user: before }: RoomState, { user }: RoomState): Promise<void> {
    // Somebody else signed in meanwhile: what the one before gave is not theirs to send.
    if (before && before.id !== user?.id) {
      this.close();
      this.#complete = false;
    }
    const opened = this.#keeping.open(user?.id ?? "", (kept) => this.#takeIn(kept));
    // Given before it was known whose it is. Later on, what is not kept any more was given up in another tab.
    if (!this.#complete) for (const entry of this.#entries) this.#keeping.put(entry);
    await opened;
    this.#complete = true;
    // Not sooner: the replay came with the welcome, and own messages found in it need not be sent again.
    this.#flush();
  }

  #takeIn(kept: Entry[]): void {
    this.#entries.unshift(
      ...kept.filter((entry) =>
        // Before a reload that came sooner than the answer.
        this.#stored.has(entry.command.id) ? this.#keeping.remove(entry) : !this.#find(entry.command.id),
      ),
    );
    this.#changed();
    this.#flush();
  }

  #arrived(
    { id, author, seq }: { id: string; author: { id: string }; seq: number },
    { user }: RoomState,
  ): void {
    if (author.id === user?.id) this.#settle({ id, seq });
  }

  #settle(stored: Stored): void {
    this.#stored.add(stored.id);
    this.#take(stored.id)?.resolve?.(stored);
    this.#flush();
  }

  #refuse(entry: Entry, error: RequestError): void {
    entry.reject?.(error);
    if (entry.command.type !== "chat") return void this.#take(entry.command.id);
    entry.state = "failed";
    entry.reason = error.message;
    this.#keeping.put(entry);
    this.#changed();
  }

  #pauseFor(entry: Entry, forMs: number): void {
    entry.state = "queued";
    stopTimer(this.#pause);
    this.#pause = setTimeout(() => {
      this.#resume();
      this.#flush();
    }, forMs);
  }

  #resume(): void {
    stopTimer(this.#pause);
    this.#pause = undefined;
  }

  /**
   * Sends the next frame. One at a time: only when all of it is answered does the next go, so that nothing
   * overtakes what a rate limit holds back.
   */
  #flush(): void {
    const { connection, cursor } = this.#options.room();
    if (connection !== "open" || !cursor || !this.#complete || this.#pause) return;
    if (this.#entries.some(({ state }) => state === "sent")) return;
    const frame: Entry[] = [];
    let bytes = 2;
    for (const entry of this.#entries) {
      if (entry.state !== "queued") continue;
      const { command } = entry;
      // Without one yet, or with one of another epoch, which counts something else.
      if (command.type === "chat" && entry.epoch !== cursor.epoch) {
        entry.command = { ...command, since: cursor.rev };
        entry.epoch = cursor.epoch;
        // Before it is sent: after a reload it is by its `since` that a repeat is known.
        this.#keeping.put(entry);
      }
      // A UTF-16 unit is at most three bytes.
      bytes += 3 * JSON.stringify(entry.command).length;
      if (frame.length > 0 && (bytes > CLIENT_FRAME_BYTES || frame.length === FRAME_COMMANDS)) break;
      frame.push(entry);
    }
    const commands = frame.map(({ command }) => command);
    if (!commands[0]) return;
    if (!this.#options.send(commands)) return;
    for (const entry of frame) entry.state = "sent";
  }

  #find(id: string | undefined): Entry | undefined {
    return this.#entries.find(({ command }) => command.id === id);
  }

  #take(id: string): Entry | undefined {
    const entry = this.#find(id);
    if (!entry) return undefined;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#keeping.remove(entry);
    this.#changed();
    return entry;
  }

  #changed(): void {
    this.shown = this.#entries.flatMap(toShown);
    this.#options.onChange(this.shown);
  }
}

function toShown({ command, at, state, reason }: Entry): Outgoing[] {
  if (command.type !== "chat") return [];
  const { id, body, replyTo } = command;
  return [{ id, body, replyTo, at, reason, state: state === "failed" ? "failed" : "pending" }];
}
