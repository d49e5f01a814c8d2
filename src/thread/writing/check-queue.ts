/**
 * The place for a check that takes its time, such as a content filter or a webhook: between the decoding of a command and
 * the stretch that writes it. Each sender's commands stay in order, and no sender waits for another. With no check, or
 * while none has anything to wait for, a command passes at once.
 */
import { LilypadError } from "../../protocol/errors.ts";
import type { User } from "../../protocol/model.ts";
import { failed, success, type Result } from "../../rpc/result.ts";
import type { WriteCommand } from "../../rpc/thread.ts";
import type { AskedBy } from "../../rpc/caller.ts";
import type { Outcome } from "./command.ts";

/**
 * Looks at a command before it is applied: undefined lets it pass at once, a promise when it resolves, with what it changes
 * of the command, if anything. One that rejects with a `LilypadError` refuses the command with it. Whoever provides a check
 * bounds how long it takes. Nothing was decided of the command before, but that its sender may see the thread: neither the
 * right nor the rate.
 */
export type Check = (
  user: User,
  command: WriteCommand,
  by?: AskedBy,
) => Promise<Partial<Checked> | void> | undefined;

/** What a check can change. */
export interface Checked {
  command: WriteCommand;
}

/** A user's command on its way. */
export interface QueuedCommand {
  user: User;
  command: WriteCommand;
  by?: AskedBy;
  /** Called once what the command did is stored and broadcast, or with why it is refused. */
  reply: (result: Result<Outcome>) => void;
}

/** Most commands of one sender that may wait for checks. */
const MOST_WAITING = 100;
const RETRY_AFTER_MS = 1_000;

interface Sender {
  last: Promise<void>;
  waiting: number;
}

export class CheckQueue {
  readonly #checks: readonly Check[];
  readonly #pass: (commands: readonly QueuedCommand[]) => void;
  /** Senders some of whose commands wait. */
  readonly #senders = new Map<string, Sender>();

  constructor(checks: readonly Check[], pass: (commands: readonly QueuedCommand[]) => void) {
    this.#checks = checks;
    this.#pass = pass;
  }

  /** Takes commands in, in order; passes them on when they are checked. */
  submit(commands: readonly QueuedCommand[]): void {
    if (this.#checks.length === 0) return this.#pass(commands);
    const passing: QueuedCommand[] = [];
    for (const queued of commands) {
      const { id } = queued.user;
      if ((this.#senders.get(id)?.waiting ?? 0) >= MOST_WAITING) {
        // At once, out of order: a refusal that waited its turn would be one more that waits.
        queued.reply(failed(tooMany()));
        continue;
      }
      const checked = this.#check(queued);
      if (checked.length === 0 && !this.#senders.has(id)) passing.push(queued);
      else this.#wait(id, queued, checked);
    }
    if (passing.length > 0) this.#pass(passing);
  }

  /** Whether something of this sender waits. */
  isWaiting(senderId: string): boolean {
    return this.#senders.has(senderId);
  }

  /** Runs the work after what this sender submitted before: at once where nothing of theirs waits. */
  after(senderId: string, work: () => void): void {
    const sender = this.#senders.get(senderId);
    if (sender) this.#chain(sender, work);
    else work();
  }

  #check({ user, command, by }: QueuedCommand): ReturnType<Check>[] {
    return this.#checks.flatMap((check) => {
      try {
        return check(user, command, by) ?? [];
      } catch (error) {
        // Of this command alone: those beside it go on.
        return Promise.reject(error);
      }
    });
  }

  #wait(senderId: string, queued: QueuedCommand, checked: ReturnType<Check>[]): void {
    // Its rejection is handled when its turn comes, which may be later.
    const all = Promise.all(checked).then(
      (changes) => success(Object.assign({}, queued, ...changes) as QueuedCommand),
      (error: unknown) => failed(error),
    );
    const sender = this.#senders.get(senderId) ?? { last: Promise.resolve(), waiting: 0 };
    this.#senders.set(senderId, sender);
    sender.waiting += 1;
    this.#chain(sender, async () => {
      const result = await all;
      sender.waiting -= 1;
      if (sender.waiting === 0) this.#senders.delete(senderId);
      if (result.ok) this.#pass([result.value]);
      else queued.reply(result);
    });
  }

  /** Runs the work in the sender's turn. A fault in it does not stop what comes after. */
  #chain(sender: Sender, work: () => void | Promise<void>): void {
    sender.last = sender.last.then(work).catch((error: unknown) => void failed(error));
  }
}

function tooMany(): LilypadError {
  return new LilypadError("rate_limited", "Too many commands at once.", { retryAfterMs: RETRY_AFTER_MS });
}
