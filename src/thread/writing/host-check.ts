/**
 * The check that asks the host's server about a message or an edit: after the right, repeats and the rate. At the write all
 * of that is decided again, and what became possible only by then is asked about first.
 */
import { LilypadError } from "../../protocol/errors.ts";
import type { User } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import type { AskedBy } from "../../rpc/caller.ts";
import type { WriteCommand } from "../../rpc/thread.ts";
import { askedBefore, isAskedAbout } from "../commands.ts";
import { noSuchThread } from "../errors.ts";
import type { Asked, BeforeSend } from "../host-server/before-send.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { ThreadStore } from "../thread-store.ts";
import type { Check, Checked } from "./check-queue.ts";
import type { SenderRates } from "./sender-rates.ts";

export interface HostCheckParts {
  store: ThreadStore;
  beforeSend: BeforeSend;
  rates: SenderRates;
  /** Whether something of a user waits for checks. */
  isWaiting: (userId: string) => boolean;
  /** Resolves when all that a user submitted before is replied to. */
  afterSubmitted: (userId: string) => Promise<void>;
}

export class HostCheck {
  readonly #parts: HostCheckParts;
  /** Commands that the rate has let through, and whether they were asked about. */
  readonly #seen = new WeakMap<WriteCommand, "admitted" | "asked">();

  constructor(parts: HostCheckParts) {
    this.#parts = parts;
  }

  readonly check: Check = (user, command, by) => {
    const { store, beforeSend, rates, isWaiting, afterSubmitted } = this.#parts;
    const thread = store.current;
    if (!thread || isHost(user) || !isAskedAbout(command)) return undefined;
    if (by !== "server" && !this.isAdmitted(command)) rates.admit(user.id, Date.now());
    this.#seen.set(command, "admitted");
    const asked = this.#askedBefore(thread, user, command, by);
    const id = idOf(command);
    const isRepeat = id !== undefined && beforeSend.isWaiting(user.id, id);
    if (asked && !isRepeat) return this.#ask(thread, command, asked);
    if (!isWaiting(user.id)) return undefined;
    // It repeats what waits, or cannot be stored before that is: it is decided in its turn.
    return afterSubmitted(user.id).then(() => {
      const current = this.#sameThread(thread.epoch);
      const late = current.isSeenBy(user) && this.#askedBefore(current, user, command, "server");
      return late ? this.#ask(current, command, late) : undefined;
    });
  };

  /** Whether the rate has let a command through already, and what it scanned is counted. */
  isAdmitted(command: WriteCommand): boolean {
    return this.#seen.has(command);
  }

  /** At the write: whether a command would be stored that the host is to be asked about, and was not. */
  isToBeAsked(thread: StoredThread, user: User, command: WriteCommand): boolean {
    if (isHost(user) || !isAskedAbout(command) || this.#seen.get(command) === "asked") return false;
    return this.#askedBefore(thread, user, command, "server") !== undefined;
  }

  async #ask(thread: StoredThread, command: WriteCommand, asked: Asked): Promise<Partial<Checked>> {
    const { epoch, key } = thread;
    const about = { threadId: thread.info.id, ...(key !== undefined && { key }) };
    const body = await this.#parts.beforeSend.ask(about, idOf(command), asked);
    this.#sameThread(epoch);
    const decided = body === undefined ? command : ({ ...command, body } as WriteCommand);
    this.#seen.set(decided, "asked");
    return { command: decided };
  }

  /** The thread, if it was not deleted meanwhile: one that was made anew has nothing of it. */
  #sameThread(epoch: string): StoredThread {
    const thread = this.#parts.store.require();
    if (thread.epoch !== epoch) throw noSuchThread();
    return thread;
  }

  /** What the host is asked; undefined where nothing would be stored. What is refused, the write refuses. */
  #askedBefore(
    thread: StoredThread,
    user: User,
    command: WriteCommand,
    by: AskedBy | undefined,
  ): Asked | undefined {
    try {
      return askedBefore(thread, user, command);
    } catch (error) {
      if (error instanceof LilypadError) return undefined;
      throw error;
    } finally {
      const scanned = thread.deduplication.takeScanned();
      if (by !== "server") this.#parts.rates.scanned(user.id, scanned, Date.now());
    }
  }
}

function idOf(command: WriteCommand): string | undefined {
  return "id" in command ? command.id : undefined;
}
