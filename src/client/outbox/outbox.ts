/**
 * The commands that the server is not known to have stored: sent in the order in which they were given, sent again after
 * a lost connection, and held until they are stored, refused or discarded.
 */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import { RequestError } from "../http/request-error.ts";
import { supersedes } from "./commands.ts";
import { EMPTY_OUTBOX, viewOf, type OutboxEntry, type OutboxView, type Stored } from "./entry.ts";
import { frameOf } from "./frame.ts";
import { Pause } from "./pause.ts";
import { OutboxPersistence } from "./persistence.ts";
import type { OutboxStorage } from "./storage.ts";
import { storedIn } from "./stored-in.ts";

/** The pause after a `rate_limited` that names none. */
const RETRY_AFTER_MS = 1_000;
/** The longest pause: what slow mode refuses for longer has failed, and everything else goes on. */
const LONGEST_PAUSE_MS = 60_000;
/** Most changes that wait or have failed, of one thread: what the storage holds is bounded. */
const MOST_CHANGES = 200;

export interface OutboxOptions {
  threadId: string;
  /** Where commands survive a reload; without one they do not. */
  storage: OutboxStorage | null | undefined;
  /** Who was signed in last, as far as that is known: what is given before the room's own `welcome` is theirs. */
  userId(): string | undefined;
  /** Sends commands in one frame; false if the connection is not open. */
  send(commands: readonly DurableCommand[]): boolean;
  /** How far the room has followed the thread; undefined while the connection is not open. */
  position(): { epoch: string; rev: number } | undefined;
  /** The epoch of the thread that is shown: what a change's `seq` belongs to; undefined while none is. */
  epoch(): string | undefined;
  /** Called when `view` has changed. */
  onChange(view: OutboxView): void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  /** In the order in which they were given. */
  #entries: OutboxEntry[] = [];
  #view = EMPTY_OUTBOX;
  /** The ids of commands that are known to be stored. */
  readonly #storedIds = new Set<string>();
  /** Whose commands these are; undefined while that is not known. */
  #userId: string | undefined;
  /** Undefined while it is not known whose commands these are. */
  #persistence: OutboxPersistence | undefined;
  /** Whether the user was welcomed, and what is from before a reload is here: nothing may overtake that. */
  #isLoaded = false;
  readonly #pause = new Pause(() => this.#flush());

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** What is not stored yet, as the room shows it. */
  get view(): OutboxView {
    return this.#view;
  }

  /** Takes a command; settles when the server has stored or refused it. */
  add(command: DurableCommand): Promise<Stored> {
    const userId = this.#userId ?? this.#options.userId();
    if (userId !== undefined) this.#becomeOf(userId);
    const entry: OutboxEntry = { command, at: this.#nextTime(), state: "queued" };
    if (command.type !== "chat") entry.epoch = this.#options.epoch();
    const stored = new Promise<Stored>((resolve, reject) => {
      entry.resolve = resolve;
      entry.reject = reject;
    });
    // What failed is shown as failed, so callers need not handle the rejection.
    stored.catch(() => {});
    this.#supersede(entry);
    if (command.type !== "chat" && this.#view.outgoingChanges.length >= MOST_CHANGES) {
      entry.reject?.(new RequestError("rate_limited", "Too many changes are waiting to be sent."));
      return stored;
    }
    this.#entries.push(entry);
    this.#changed();
    if ("body" in command && command.body.length > BODY_LENGTH) {
      // Not left to the server, which closes the connection over a frame that is far too large.
      this.#fail(entry, new RequestError("too_large", `At most ${BODY_LENGTH} characters.`));
      return stored;
    }
    const isMessage = command.type === "chat";
    if (!isMessage) this.#persistence?.put(entry);
    this.#flush();
    // One that was sent was kept just before, with its `since`.
    if (isMessage && entry.state === "queued") this.#persistence?.put(entry);
    return stored;
  }

  /** Sends again what has failed, with the same id and `since`, so that it is stored once at most. */
  retry(id: string): void {
    const entry = this.#find(id);
    if (entry?.state !== "failed") return;
    entry.state = "queued";
    entry.reason = undefined;
    this.#persistence?.put(entry);
    this.#changed();
    this.#flush();
  }

  /** Drops a command. One that was sent already may still be stored. */
  discard(id: string): void {
    this.#remove(id)?.reject?.(new RequestError("discarded", "Discarded."));
  }

  /** The connection was lost. Nobody knows what arrived, so whatever was sent is queued again. */
  disconnected(): void {
    this.#pause.end();
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
      case "error":
        return this.#refused(event);
      default:
        return storedIn(event, this.#userId).forEach((stored) => this.#stored(stored));
    }
  }

  /** Forgets everything. Commands stay in the storage, and are sent when the thread is entered again. */
  close(): void {
    this.#pause.end();
    this.#persistence?.close();
    this.#persistence = undefined;
    this.#isLoaded = false;
    // The room may be opened again, and by another user: what is given until then is theirs.
    this.#userId = undefined;
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
    const persistence = this.#becomeOf(userId);
    await persistence.loaded;
    // Closed meanwhile, or another user has signed in.
    if (persistence !== this.#persistence) return;
    this.#isLoaded = true;
    // Not before the rest of the frame was received: own messages in its replay need not be sent again.
    this.#flush();
  }

  /** From here on it holds the commands of this user. What another one gave is not theirs to send. */
  #becomeOf(userId: string): OutboxPersistence {
    if (this.#userId === userId && this.#persistence) return this.#persistence;
    if (this.#userId !== undefined) this.close();
    this.#userId = userId;
    const persistence = this.#openPersistence(userId);
    this.#persistence = persistence;
    // Given before it was known whose they are. Not later: what is not kept then was discarded in another tab.
    for (const entry of this.#entries) persistence.put(entry);
    return persistence;
  }

  #openPersistence(userId: string): OutboxPersistence {
    const { storage, threadId } = this.#options;
    return new OutboxPersistence({ storage, userId, threadId, onRestore: (kept) => this.#restore(kept) });
  }

  /** Takes in the commands that were kept over a reload, ahead of those given since. */
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

  #stored(stored: Stored): void {
    this.#storedIds.add(stored.id);
    this.#remove(stored.id)?.resolve?.(stored);
    this.#flush();
  }

  #refused({ id, code, message, retryAfterMs }: Extract<ThreadEvent, { type: "error" }>): void {
    const entry = this.#find(id);
    const pauseMs = retryAfterMs ?? RETRY_AFTER_MS;
    if (entry && code === "rate_limited" && pauseMs <= LONGEST_PAUSE_MS) {
      entry.state = "queued";
      return this.#pause.start(pauseMs);
    }
    // An entry that was discarded meanwhile is gone; others may have waited for this answer.
    if (entry) this.#fail(entry, new RequestError(code, message, { retryAfterMs }));
    this.#flush();
  }

  /** It stays, to be retried or discarded, over a reload too: nothing fails in silence. */
  #fail(entry: OutboxEntry, error: RequestError): void {
    entry.reject?.(error);
    entry.state = "failed";
    entry.reason = error.message;
    this.#persistence?.put(entry);
    this.#changed();
  }

  /**
   * Sends the next frame, if one may be sent. Only when every command of a frame is answered does the next one go:
   * nothing then overtakes what a rate limit holds back.
   */
  #flush(): void {
    const position = this.#options.position();
    if (!position || !this.#isLoaded || this.#pause.isOn) return;
    if (this.#entries.some(({ state }) => state === "sent")) return;
    for (const entry of this.#entries) this.#prepare(entry, position);
    const frame = frameOf(this.#entries.filter(({ state }) => state === "queued"));
    if (frame.length === 0) return;
    if (!this.#options.send(frame.map(({ command }) => command))) return;
    for (const entry of frame) entry.state = "sent";
  }

  /** Makes ready what is to be sent, for the first time or in another epoch. */
  #prepare(entry: OutboxEntry, { epoch, rev }: { epoch: string; rev: number }): void {
    const { command } = entry;
    if (entry.state !== "queued" || entry.epoch === epoch) return;
    if (command.type !== "chat") {
      // The thread was restored to an earlier state: its `seq` may be another message by now.
      if (entry.epoch !== undefined) this.#fail(entry, new RequestError("conflict", "The chat has changed."));
      return;
    }
    // How far the thread was when it is first sent: the server looks for duplicates from there on.
    entry.command = { ...command, since: rev };
    entry.epoch = epoch;
    // Kept before it is sent: after a reload, a duplicate is recognised only with this `since`.
    this.#persistence?.put(entry);
  }

  /** Drops what a new command makes needless and is not on its way; whoever waits for it waits for the new one. */
  #supersede(entry: OutboxEntry): void {
    const needless = this.#entries.filter(
      ({ command, state }) => state !== "sent" && supersedes(entry.command, command),
    );
    for (const { command, resolve, reject } of needless) {
      this.#remove(command.id);
      const { resolve: resolveOwn, reject: rejectOwn } = entry;
      entry.resolve = (stored) => [resolve, resolveOwn].forEach((settle) => settle?.(stored));
      entry.reject = (error) => [reject, rejectOwn].forEach((settle) => settle?.(error));
    }
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
    this.#view = viewOf(this.#entries);
    this.#options.onChange(this.#view);
  }
}
