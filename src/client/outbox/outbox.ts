/**
 * The commands that the server is not known to have stored: sent in the order in which they were given, sent again after
 * a lost connection, and held until they are stored, refused or discarded.
 */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import { BODY_LENGTH, CLIENT_FRAME_BYTES } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/model.ts";
import { RequestError } from "../http/request-error.ts";
import { stopTimer, type Timer } from "../timer.ts";
import { outgoingOf, type OutboxEntry, type Outgoing, type Stored } from "./entry.ts";
import { OutboxPersistence } from "./persistence.ts";
import type { OutboxStorage } from "./storage.ts";

/** Most commands in a frame: fewer than the server admits at once, so that its answers pace a long queue. */
const FRAME_COMMANDS = 10;
/** The pause after a `rate_limited` that names none. */
const RETRY_AFTER_MS = 1_000;
/** The most bytes that a UTF-16 unit takes in UTF-8. */
const BYTES_PER_UNIT = 3;

export interface OutboxOptions {
  threadId: string;
  /** Where messages survive a reload; without one they do not. */
  storage: OutboxStorage | null | undefined;
  /** Sends commands in one frame; false if the connection is not open. */
  send(commands: readonly DurableCommand[]): boolean;
  /** How far the room has followed the thread; undefined while the connection is not open. */
  position(): { epoch: string; rev: number } | undefined;
  /** Called when `outgoing` has changed. */
  onChange(outgoing: readonly Outgoing[]): void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  /** In the order in which they were given. */
  #entries: OutboxEntry[] = [];
  #outgoing: readonly Outgoing[] = [];
  /** The ids of commands that are known to be stored. */
  readonly #storedIds = new Set<string>();
  /** Whose commands these are; undefined until the first `welcome`. */
  #userId: string | undefined;
  /** Undefined while it is not known whose commands these are. */
  #persistence: OutboxPersistence | undefined;
  /** Whether the messages from before a reload are here: nothing may overtake them. */
  #isLoaded = false;
  /** Set while the server's rate limit makes the outbox pause. */
  #pauseTimer: Timer | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The user's own messages that are not stored yet, as the room shows them. */
  get outgoing(): readonly Outgoing[] {
    return this.#outgoing;
  }

  /** Takes a command; settles when the server has stored or refused it. */
  add(command: DurableCommand): Promise<Stored> {
    const entry: OutboxEntry = { command, at: this.#nextTime(), state: "queued" };
    const stored = new Promise<Stored>((resolve, reject) => {
      entry.resolve = resolve;
      entry.reject = reject;
    });
    // A failed message is shown as failed, so callers need not handle the rejection.
    stored.catch(() => {});
    this.#entries.push(entry);
    this.#changed();
    if ("body" in command && command.body.length > BODY_LENGTH) {
      // Not left to the server, which closes the connection over a frame that is far too large.
      this.#fail(entry, new RequestError("too_large", `At most ${BODY_LENGTH} characters.`));
      return stored;
    }
    this.#flush();
    // Otherwise it was kept just before it was sent.
    if (entry.state === "queued") this.#persistence?.put(entry);
    return stored;
  }

  /** Sends a failed message again, with the same id and `since`, so that it is stored once at most. */
  retry(id: string): void {
    const entry = this.#find(id);
    if (entry?.state !== "failed") return;
    entry.state = "queued";
    entry.reason = undefined;
    this.#persistence?.put(entry);
    this.#changed();
    this.#flush();
  }

  /** Drops a message. One that was sent already may still be stored. */
  discard(id: string): void {
    this.#remove(id)?.reject?.(new RequestError("offline", "Discarded."));
  }

  /** The connection was lost. Nobody knows what arrived, so whatever was sent is queued again. */
  disconnected(): void {
    this.#resume();
    for (const entry of this.#entries) {
      if (entry.state === "sent") entry.state = "queued";
    }
  }

  /** Fails everything, when nothing can be sent any more. */
  failAll(reason: string): void {
    for (const entry of this.#entries) this.#fail(entry, new RequestError("forbidden", reason));
  }

  /** Takes from an event what it says about the commands here. */
  receive(event: ThreadEvent): void {
    switch (event.type) {
      case "welcome":
        return void this.#welcomed(event.user.id);
      case "history":
        return event.messages.forEach((message) => this.#appeared(message));
      case "chat":
        return this.#appeared(event.message);
      case "ack":
        return this.#stored({ id: event.id, seq: event.seq ?? 0 });
      case "error":
        return this.#refused(event);
    }
  }

  /** Forgets everything. Messages stay in the storage, and are sent when the thread is entered again. */
  close(): void {
    this.#resume();
    this.#persistence?.close();
    this.#persistence = undefined;
    this.#isLoaded = false;
    const left = new RequestError("offline", "The room was left.");
    for (const { reject } of this.#entries) reject?.(left);
    this.#entries = [];
    this.#changed();
  }

  /** Later than every other entry, whatever the clock does: after a reload this is the order. */
  #nextTime(): number {
    const newest = this.#entries.at(-1)?.at ?? 0;
    return Math.max(Date.now(), newest + 1);
  }

  async #welcomed(userId: string): Promise<void> {
    // Another user has signed in: what the one before gave is not theirs to send.
    if (this.#userId !== undefined && this.#userId !== userId) this.close();
    this.#userId = userId;
    this.#persistence ??= this.#openPersistence(userId);
    const persistence = this.#persistence;
    if (!this.#isLoaded) {
      // Given before it was known whose they are. Not later: what is not kept then was discarded in another tab.
      for (const entry of this.#entries) this.#persistence?.put(entry);
    }
    await persistence.loaded;
    // Closed meanwhile, or another user has signed in.
    if (persistence !== this.#persistence) return;
    this.#isLoaded = true;
    // Not before the rest of the frame was received: own messages in its replay need not be sent again.
    this.#flush();
  }

  #openPersistence(userId: string): OutboxPersistence {
    const { storage, threadId } = this.#options;
    return new OutboxPersistence({ storage, userId, threadId, onRestore: (kept) => this.#restore(kept) });
  }

  /** Takes in the messages that were kept over a reload, ahead of those given since. */
  #restore(kept: readonly OutboxEntry[]): void {
    const unknown: OutboxEntry[] = [];
    for (const entry of kept) {
      const { id } = entry.command;
      // Stored, but the page was reloaded before the answer arrived.
      if (this.#storedIds.has(id)) this.#persistence?.remove(entry);
      else if (!this.#find(id)) unknown.push(entry);
    }
    this.#entries.unshift(...unknown);
    this.#changed();
    this.#flush();
  }

  /** A message of the thread has arrived: it may be one of these. */
  #appeared({ id, author, seq }: Message): void {
    if (author.id === this.#userId) this.#stored({ id, seq });
  }

  #stored(stored: Stored): void {
    this.#storedIds.add(stored.id);
    this.#remove(stored.id)?.resolve?.(stored);
    this.#flush();
  }

  #refused({ id, code, message, retryAfterMs }: Extract<ThreadEvent, { type: "error" }>): void {
    const entry = this.#find(id);
    if (entry && code === "rate_limited") {
      entry.state = "queued";
      return this.#pauseFor(retryAfterMs ?? RETRY_AFTER_MS);
    }
    // An entry that was discarded meanwhile is gone; others may have waited for this answer.
    if (entry) this.#fail(entry, new RequestError(code, message));
    this.#flush();
  }

  /** A message stays, to be retried or discarded; any other command goes. */
  #fail(entry: OutboxEntry, error: RequestError): void {
    entry.reject?.(error);
    if (entry.command.type !== "chat") {
      this.#remove(entry.command.id);
      return;
    }
    entry.state = "failed";
    entry.reason = error.message;
    this.#persistence?.put(entry);
    this.#changed();
  }

  #pauseFor(ms: number): void {
    stopTimer(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => {
      this.#resume();
      this.#flush();
    }, ms);
  }

  #resume(): void {
    stopTimer(this.#pauseTimer);
    this.#pauseTimer = undefined;
  }

  /**
   * Sends the next frame, if one may be sent. Only when every command of a frame is answered does the next one go:
   * nothing then overtakes what a rate limit holds back.
   */
  #flush(): void {
    const position = this.#options.position();
    if (!position || !this.#isLoaded || this.#pauseTimer) return;
    if (this.#entries.some(({ state }) => state === "sent")) return;
    const frame = this.#nextFrame(position);
    if (frame.length === 0) return;
    if (!this.#options.send(frame.map(({ command }) => command))) return;
    for (const entry of frame) entry.state = "sent";
  }

  /** The queued entries that fit into a frame. One that is too large for a frame goes alone. */
  #nextFrame(position: { epoch: string; rev: number }): OutboxEntry[] {
    const frame: OutboxEntry[] = [];
    let bytes = 2;
    for (const entry of this.#entries) {
      if (entry.state !== "queued") continue;
      this.#setSince(entry, position);
      bytes += BYTES_PER_UNIT * JSON.stringify(entry.command).length;
      const isFull = bytes > CLIENT_FRAME_BYTES || frame.length === FRAME_COMMANDS;
      if (frame.length > 0 && isFull) break;
      frame.push(entry);
    }
    return frame;
  }

  /** Notes how far the thread was when a message is first sent: the server looks for duplicates from there on. */
  #setSince(entry: OutboxEntry, { epoch, rev }: { epoch: string; rev: number }): void {
    const { command } = entry;
    // A `since` of another epoch means nothing in this one.
    if (command.type !== "chat" || entry.epoch === epoch) return;
    entry.command = { ...command, since: rev };
    entry.epoch = epoch;
    // Kept before it is sent: after a reload, a duplicate is recognised only with this `since`.
    this.#persistence?.put(entry);
  }

  #find(id: string | undefined): OutboxEntry | undefined {
    return this.#entries.find(({ command }) => command.id === id);
  }

  #remove(id: string): OutboxEntry | undefined {
    const entry = this.#find(id);
    if (!entry) return undefined;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#persistence?.remove(entry);
    this.#changed();
    return entry;
  }

  #changed(): void {
    this.#outgoing = outgoingOf(this.#entries);
    this.#options.onChange(this.#outgoing);
  }
}
