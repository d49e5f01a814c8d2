/**
 * The way of every command that writes, from any transport: checked, gathered, applied together in one transaction,
 * broadcast to the room as one frame, and only then replied to. The output gate holds all of it until the writes are
 * durable.
 */
import { CLOSE, LilypadError } from "../../protocol/errors.ts";
import type { DurableEvent } from "../../protocol/events.ts";
import type { User } from "../../protocol/model.ts";
import { failed, success, valueOf, type Result } from "../../rpc/result.ts";
import type { WriteCommand, WriteResults } from "../../rpc/thread.ts";
import type { AskedBy } from "../../rpc/caller.ts";
import type { Broadcaster } from "../broadcasting/broadcaster.ts";
import { eventEntry, isForStrangers, runCommand } from "../commands.ts";
import type { ContentFilters } from "../filters/content-filters.ts";
import type { BeforeSend } from "../host-server/before-send.ts";
import type { Webhooks } from "../host-server/webhooks.ts";
import type { Purging } from "../moderation/purging.ts";
import type { Notifier } from "../notifying/notifier.ts";
import type { ReportNotifier } from "../reports/report-notifier.ts";
import type { ThreadStore } from "../thread-store.ts";
import { CheckQueue, type Check, type QueuedCommand } from "./check-queue.ts";
import type { Outcome } from "./command.ts";
import { GroupCommit } from "./group-commit.ts";
import { HostCheck } from "./host-check.ts";
import type { SenderRates } from "./sender-rates.ts";

export interface WriterParts {
  storage: DurableObjectStorage;
  store: ThreadStore;
  broadcaster: Broadcaster;
  notifier: Notifier;
  webhooks: Webhooks;
  reports: Pick<ReportNotifier, "changed">;
  /** Absent where all are off. */
  filters?: ContentFilters | undefined;
  purging: Pick<Purging, "begun">;
  /** Who is asked before a message or an edit is stored; absent where nobody is. */
  beforeSend?: BeforeSend | undefined;
}

export class Writer {
  readonly #parts: WriterParts;
  readonly #rates: SenderRates;
  readonly #checks: CheckQueue;
  readonly #hostCheck: HostCheck | undefined;
  readonly #groupCommit = new GroupCommit<QueuedCommand>((commands) => this.#apply(commands));

  /** `checks` look at each command before it is applied (check-queue.ts). */
  constructor(parts: WriterParts, rates: SenderRates, checks: readonly Check[] = []) {
    this.#parts = parts;
    this.#rates = rates;
    const { store, beforeSend } = parts;
    const waiting = {
      isWaiting: (userId: string) => this.#checks.isWaiting(userId),
      afterSubmitted: (userId: string) =>
        new Promise<void>((resolve) => this.afterSubmitted(userId, resolve)),
    };
    this.#hostCheck = beforeSend && new HostCheck({ store, beforeSend, rates, ...waiting });
    const withHost = this.#hostCheck ? [...checks, this.#hostCheck.check] : checks;
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
  async run<C extends WriteCommand>(
    user: User,
    command: C,
    by?: AskedBy,
  ): Promise<Outcome<WriteResults[C["type"]]>> {
    const result = await new Promise<Result<Outcome>>((reply) => this.submit([{ user, command, by, reply }]));
    // A command's outcome has the value of its type.
    return valueOf(result) as Outcome<WriteResults[C["type"]]>;
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
    if (results.some((result) => result?.ok && result.value.concernsReports))
      this.#parts.reports.changed(now);
    if (results.some((result) => result?.ok && result.value.beginsPurge)) this.#parts.purging.begun(now);
    // A sender receives the event and the reply as one frame.
    broadcaster.room.coalesce(() => {
      const outcomes = results.flatMap((result) => (result?.ok ? [result.value] : []));
      if (outcomes.some(({ concernsPresence }) => concernsPresence))
        this.#parts.notifier.invitationsChanged(now);
      this.#publish(
        outcomes.flatMap(({ events }) => events),
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
  #attempt({ user, command, by }: QueuedCommand, now: number): Result<Outcome> | undefined {
    try {
      const thread = this.#parts.store.require();
      const isStranger = isForStrangers(command) && !thread.isSeenBy(user);
      // Before the rate, so that a stranger learns nothing from it, and uses up nothing.
      if (!isStranger) thread.standing(user);
      if (this.#hostCheck?.isToBeAsked(thread, user, command)) return undefined;
      const isCounted = by !== "server" && !isStranger && !this.#hostCheck?.isAdmitted(command);
      if (isCounted) this.#rates.admit(user.id, now);
      try {
        const filtered = this.#parts.filters?.apply(thread, user, command, now) ?? command;
        return success(runCommand(thread, user, filtered, now));
      } finally {
        const scanned = thread.deduplication.takeScanned();
        if (isCounted) this.#rates.scanned(user.id, scanned, now);
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
      const revealed = entry.reveals?.(event, thread);
      if (revealed !== undefined) broadcaster.revealed(thread.profiles.get(revealed));
      const moved = entry.movesMarker?.(event);
      if (moved) notifier.sent(moved.userId, moved.seq);
      concernsPresence ||= entry.concernsPresence(event, thread);
      if (entry.concernsInvited) notifier.invitedSeeChange();
    }
    if (concernsPresence) notifier.threadChanged(now);
    webhooks.changed(events, now);
    broadcaster.broadcastDurable(events);
  }
}
