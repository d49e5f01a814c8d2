/**
 * The way of every command that writes, from any transport: checked, gathered, applied together in one transaction,
 * broadcast to the room as one frame, and only then replied to. The output gate holds all of it until the writes are
 * durable.
 */
import { CLOSE, LilypadError } from "../../protocol/errors.ts";
import type { DurableEvent } from "../../protocol/events.ts";
import type { User } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import { failed, success, valueOf, type Result } from "../../rpc/result.ts";
import type { WriteCommand, WriteResults } from "../../rpc/thread.ts";
import type { AskedBy } from "../../rpc/caller.ts";
import type { Broadcaster } from "../broadcasting/broadcaster.ts";
import { askedBefore, eventEntry, runCommand } from "../commands.ts";
import type { Asked, BeforeSend } from "../host-server/before-send.ts";
import type { Webhooks } from "../host-server/webhooks.ts";
import type { Notifier } from "../notifying/notifier.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { ThreadStore } from "../thread-store.ts";
import { CheckQueue, type Check, type QueuedCommand } from "./check-queue.ts";
import type { Outcome } from "./command.ts";
import { GroupCommit } from "./group-commit.ts";
import type { SenderRates } from "./sender-rates.ts";

export interface WriterParts {
  storage: DurableObjectStorage;
  store: ThreadStore;
  broadcaster: Broadcaster;
  notifier: Notifier;
  webhooks: Webhooks;
  /** Who is asked before a message or an edit is stored; absent where nobody is. */
  beforeSend?: BeforeSend | undefined;
}

export class Writer {
  readonly #parts: WriterParts;
  readonly #rates: SenderRates;
  readonly #checks: CheckQueue;
  readonly #groupCommit = new GroupCommit<QueuedCommand>((commands) => this.#apply(commands));

  /** `checks` look at each command before it is applied (check-queue.ts). */
  constructor(parts: WriterParts, rates: SenderRates, checks: readonly Check[] = []) {
    this.#parts = parts;
    this.#rates = rates;
    const withHost = parts.beforeSend ? [...checks, this.#askHost] : checks;
    const forMembers = withHost.map(
      (check): Check =>
        (user, command, by) =>
          // A stranger's command is refused by itself, and causes no check.
          this.#parts.store.current?.isSeenBy(user) ? check(user, command, by) : undefined,
    );
    this.#checks = new CheckQueue(forMembers, (commands) => this.#groupCommit.submit(commands));
  }

  /** Takes commands in, in order. */
  submit(commands: readonly QueuedCommand[]): void {
    if (commands.length > 0) this.#checks.submit(commands);
  }

  /** Runs one command and waits for what it did. Throws its refusal. */
  async run<C extends WriteCommand>(user: User, command: C, by?: AskedBy): Promise<WriteResults[C["type"]]> {
    const result = await new Promise<Result<Outcome>>((reply) => this.submit([{ user, command, by, reply }]));
    // A command's outcome has the value of its type.
    return valueOf(result).value as WriteResults[C["type"]];
  }

  /** Runs the work when everything that this user submitted before has been replied to: at once, but for slow checks. */
  afterSubmitted(userId: string, work: () => void): void {
    this.#checks.after(userId, () => {
      this.flush();
      work();
    });
  }

  /** Applies what was gathered, now. */
  flush(): void {
    this.#groupCommit.flush();
  }

  /**
   * Asks the host's server about a message or an edit that may be stored: after the right, repeats and the rate. What is
   * refused for those is refused by the write, which decides all of it again. What could not be stored when it came, and can
   * after what its sender sent before, is asked about then.
   */
  readonly #askHost: Check = (user, command, by) => {
    const asking = this.#ask(user, command, by);
    if (asking || !this.#checks.isWaiting(user.id)) return asking;
    return new Promise((resolve, reject) => {
      this.afterSubmitted(user.id, () => {
        try {
          resolve(this.#ask(user, command, by));
        } catch (error) {
          reject(error);
        }
      });
    });
  };

  #ask(...[user, command, by]: Parameters<Check>): ReturnType<Check> {
    const { store, beforeSend } = this.#parts;
    const thread = store.current;
    if (!thread || !beforeSend || isHost(user)) return undefined;
    const now = Date.now();
    const asked = this.#askedBefore(thread, user, command);
    if (by !== "server") this.#rates.scanned(user.id, thread.deduplication.takeScanned(), now);
    if (!asked) return undefined;
    if (by !== "server") this.#rates.admit(user.id, now);
    const { id: threadId, key } = thread.info;
    return beforeSend.ask({ threadId, ...(key !== undefined && { key }) }, asked).then((body) => ({
      isAdmitted: true,
      ...(body !== undefined && { command: { ...command, body } as WriteCommand }),
    }));
  }

  /** Whether the host's server was not asked about what would be stored: it could not be when it came, and can by now. */
  #isUnasked(thread: StoredThread, { user, command, isAdmitted }: QueuedCommand): boolean {
    if (!this.#parts.beforeSend || isAdmitted || isHost(user)) return false;
    return this.#askedBefore(thread, user, command) !== undefined;
  }

  #askedBefore(thread: StoredThread, user: User, command: WriteCommand): Asked | undefined {
    try {
      return askedBefore(thread, user, command);
    } catch (error) {
      if (error instanceof LilypadError) return undefined;
      throw error;
    }
  }

  #apply(commands: QueuedCommand[]): void {
    const now = Date.now();
    const { storage, store, broadcaster } = this.#parts;
    let results: (Result<Outcome> | undefined)[];
    try {
      results = storage.transactionSync(() => {
        const attempted = commands.map((command) => this.#attempt(command, now));
        store.current?.messages.write();
        return attempted;
      });
    } catch (error) {
      // A fault of ours, not of the sender's: nothing of the group is stored, and memory may be ahead of storage.
      if (store.current) store.reload();
      if (commands.length > 1) {
        for (const command of commands) this.#apply([command]);
        return;
      }
      results = [failed(error)];
    }
    // A sender receives the event and the reply as one frame.
    broadcaster.room.coalesce(() => {
      this.#publish(
        results.flatMap((result) => (result?.ok ? result.value.events : [])),
        now,
      );
      broadcaster.flushJoinsAndLeaves();
      for (const [i, { reply }] of commands.entries()) {
        const result = results[i];
        if (result) reply(result);
      }
    });
    this.submit(commands.filter((_command, i) => results[i] === undefined));
  }

  /**
   * A command that is refused fails alone: rights and input are decided before anything is written. Undefined, with nothing
   * written, where the host's server is to be asked first.
   */
  #attempt(queued: QueuedCommand, now: number): Result<Outcome> | undefined {
    const { user, command, by, isAdmitted } = queued;
    try {
      const thread = this.#parts.store.require();
      // Before the rate, so that a stranger learns nothing from it, and uses up nothing.
      thread.standing(user);
      if (this.#isUnasked(thread, queued)) return undefined;
      if (by !== "server" && !isAdmitted) this.#rates.admit(user.id, now);
      try {
        return success(runCommand(thread, user, command, now));
      } finally {
        const scanned = thread.deduplication.takeScanned();
        if (by !== "server") this.#rates.scanned(user.id, scanned, now);
      }
    } catch (error) {
      if (error instanceof LilypadError) return failed(error);
      throw error;
    }
  }

  /** Broadcasts what a group changed, and has Presence notified where that concerns it. */
  #publish(events: readonly DurableEvent[], now: number): void {
    const { store, broadcaster, notifier, webhooks } = this.#parts;
    const thread = store.current;
    if (events.length === 0 || !thread) return;
    let concernsPresence = false;
    for (const event of events) {
      const entry = eventEntry(event);
      const disconnected = entry.disconnects?.(event);
      if (disconnected !== undefined)
        broadcaster.closeUser(disconnected, CLOSE.forbidden, "no longer a member");
      const moved = entry.movesMarker?.(event);
      if (moved) notifier.sent(moved.userId, moved.seq);
      concernsPresence ||= entry.concernsPresence(event, thread);
    }
    if (concernsPresence) notifier.threadChanged(now);
    webhooks.changed(events, now);
    broadcaster.broadcastDurable(events);
  }
}
