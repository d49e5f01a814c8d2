/**
 * The way of every durable command, from either door: gathered, applied together in one transaction, told to the
 * room as one frame, and only then answered. The output gate holds all of it until the writes are durable.
 */
import { CLOSE, LilypadError } from "../../protocol/errors.ts";
import type { DurableEvent } from "../../protocol/events.ts";
import type { Rate } from "../../config/config.ts";
import { TokenBuckets } from "../../durable/token-buckets.ts";
import type { User } from "../../protocol/model.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Notifier } from "../notifying/notifier.ts";
import type { Audience } from "../broadcasting/broadcaster.ts";
import type { ThreadStore } from "../thread-store.ts";
import type { Outcome } from "./command.ts";
import type { Thread } from "../thread.ts";

/** What became of a command. */
export type Result<T> = { outcome: Outcome<T> } | { error: unknown };

/** A user's command on its way. `run` decides and writes; `settle` answers, once what it did is stored and told. */
export interface Pending<T = unknown> {
  user: User;
  run: (thread: Thread, now: number) => Outcome<T>;
  settle: (result: Result<T>) => void;
}

export class Writer {
  readonly #storage: DurableObjectStorage;
  readonly #store: ThreadStore;
  readonly #audience: Audience;
  readonly #notifier: Notifier;
  /** Of durable commands, by socket and HTTP together. */
  readonly #rate: TokenBuckets;
  readonly #commit = new GroupCommit<Pending>((commands) => this.#apply(commands));

  constructor(
    storage: DurableObjectStorage,
    store: ThreadStore,
    audience: Audience,
    notifier: Notifier,
    rate: Rate,
  ) {
    this.#rate = new TokenBuckets(rate.burst, { tokens: rate.per10s, perMs: 10_000 });
    this.#storage = storage;
    this.#store = store;
    this.#audience = audience;
    this.#notifier = notifier;
  }

  /** Takes commands in, in order. */
  submit(commands: readonly Pending[]): void {
    this.#commit.submit(commands);
  }

  /** Runs one command and waits for its outcome. */
  run<T>(user: User, run: Pending<T>["run"]): Promise<Outcome<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome<T>>();
    this.submit([
      {
        user,
        run,
        settle: (result) => {
          if ("outcome" in result) resolve(result.outcome as Outcome<T>);
          else reject(result.error);
        },
      },
    ]);
    return promise;
  }

  /** Applies what was gathered, now. */
  flush(): void {
    this.#commit.flush();
  }

  #apply(commands: Pending[]): void {
    const now = Date.now();
    let results: Result<unknown>[];
    try {
      results = this.#storage.transactionSync(() => {
        const attempted = commands.map((command) => this.#attempt(command, now));
        this.#store.current?.log.write();
        return attempted;
      });
    } catch (error) {
      // A fault of ours, not of the sender's: nothing of the group is stored, and memory may be ahead of storage.
      if (this.#store.current) this.#store.reload();
      if (commands.length > 1) {
        for (const command of commands) this.#apply([command]);
        return;
      }
      results = [{ error }];
    }
    // A sender gets the event and its answer as one frame.
    this.#audience.room.together(() => {
      this.#tell(
        results.flatMap((result) => ("outcome" in result ? result.outcome.events : [])),
        now,
      );
      this.#audience.tellComings();
      for (const [i, command] of commands.entries()) {
        const result = results[i];
        if (result) command.settle(result);
      }
    });
  }

  /** A command that is refused fails alone: rights and input are decided before anything is written. */
  #attempt(command: Pending, now: number): Result<unknown> {
    try {
      const thread = this.#store.require();
      // Before the rate, so that a stranger learns nothing from it, and uses up nothing.
      thread.standing(command.user);
      const wait = this.#rate.take(command.user.id, now);
      if (wait > 0)
        throw new LilypadError("rate_limited", "Too many commands at once.", { retryAfterMs: wait });
      return { outcome: command.run(thread, now) };
    } catch (error) {
      if (error instanceof LilypadError) return { error };
      throw error;
    }
  }

  #tell(events: DurableEvent[], now: number): void {
    for (const event of events) {
      // Whoever was removed sees nothing from that moment on.
      if (event.type === "member_removed") {
        this.#audience.closeUser(event.userId, CLOSE.forbidden, "no longer a member");
      }
      if (event.type === "chat") this.#notifier.sent(event.message.author.id, event.message.seq);
    }
    if (events.length === 0) return;
    if (events.some((event) => this.#concernsPresence(event))) this.#notifier.owe(now);
    this.#audience.tellAll(events);
  }

  #concernsPresence(event: DurableEvent): boolean {
    switch (event.type) {
      case "edit":
        return event.message.seq === this.#store.current?.log.newest.seq;
      case "delete":
        return event.seq === this.#store.current?.log.newest.seq;
      case "react":
      case "unreact":
        return false;
      case "chat":
      case "member":
      case "member_removed":
      case "thread":
        return true;
    }
  }
}
