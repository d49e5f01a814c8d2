/**
 * The place for a check that takes its time, such as a content filter or a webhook: between the decoding of a command and
 * the stretch that writes it. Each sender's commands stay in order, and no sender waits for another. With no check, or
 * while none has anything to wait for, a command passes at once.
 */
import { LilypadError } from "../../protocol/errors.ts";
import type { User } from "../../protocol/model.ts";
import { failed, type Result } from "../../rpc/result.ts";
import type { WriteCommand } from "../../rpc/thread.ts";
import type { Outcome } from "./command.ts";

/**
 * Looks at a command before it is applied: undefined lets it pass at once, a promise when it resolves. One that rejects
 * with a `LilypadError` refuses the command with it. Whoever provides a check bounds how long it takes.
 */
export type Check = (user: User, command: WriteCommand) => Promise<void> | undefined;

/** A user's command on its way. */
export interface QueuedCommand {
  user: User;
  command: WriteCommand;
  /** Called once what the command did is stored and broadcast, or with why it is refused. */
  reply: (result: Result<Outcome>) => void;
}

/** So many commands of one sender may wait for their checks. */
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
      const checked = this.#check(queued);
      if (checked.length === 0 && !this.#senders.has(id)) passing.push(queued);
      else this.#wait(id, queued, checked);
    }
    if (passing.length > 0) this.#pass(passing);
  }

  /** Runs the work after what this sender submitted before: at once where nothing of theirs waits. */
  after(senderId: string, work: () => void): void {
    const sender = this.#senders.get(senderId);
    if (sender) sender.last = sender.last.then(work);
    else work();
  }

  #check({ user, command }: QueuedCommand): Promise<void>[] {
    return this.#checks.flatMap((check) => check(user, command) ?? []);
  }

  #wait(senderId: string, queued: QueuedCommand, checked: Promise<void>[]): void {
    // Its rejection is handled when its turn comes, which may be later.
    const all = Promise.all(checked).then(
      () => undefined,
      (error: unknown) => failed(error),
    );
    const sender = this.#senders.get(senderId) ?? { last: Promise.resolve(), waiting: 0 };
    this.#senders.set(senderId, sender);
    const isTooMany = sender.waiting >= MOST_WAITING;
    sender.waiting += 1;
    const turn = async () => {
      const refusal = isTooMany ? failed(tooMany()) : await all;
      sender.waiting -= 1;
      if (sender.waiting === 0) this.#senders.delete(senderId);
      if (refusal) queued.reply(refusal);
      else this.#pass([queued]);
    };
    sender.last = sender.last.then(turn);
  }
}

function tooMany(): LilypadError {
  return new LilypadError("rate_limited", "Too many commands at once.", { retryAfterMs: RETRY_AFTER_MS });
}
