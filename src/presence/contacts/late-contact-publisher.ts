/**
 * Shows to each other who have just become contacts because one of them came by a link a day ago: by alarm, since nobody does
 * anything then. From that time on the row in `late_contacts` says nothing more, and is deleted.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { StatusPublisher } from "../status/status-publisher.ts";
import type { Subscriptions } from "../status/subscriptions.ts";
import { makesContacts } from "../threads/thread-row.ts";
import type { UserThreads } from "../threads/user-threads.ts";
import type { LateContacts } from "./late-contacts.ts";
import type { WhoSeesWhom } from "./who-sees-whom.ts";

/** The alarm comes at the end of the minute: one for all who came by a link within it. */
const ROUND_MS = 60_000;
/** Users in one alarm: for each, the shards of those who watch them are called. */
const USERS_PER_ALARM = 25;

export interface LateContactPublisherParts {
  lateContacts: LateContacts;
  userThreads: UserThreads;
  whoSeesWhom: WhoSeesWhom;
  publisher: StatusPublisher;
  subscriptions: Subscriptions;
  /** Whether a user is still in this shard: of one who moves, the other shard has the row too. */
  isHere: (userId: string) => boolean;
}

export class LateContactPublisher {
  readonly #alarm: AlarmScheduler;
  readonly #parts: LateContactPublisherParts;

  /** Registers its duty. */
  constructor(alarm: AlarmScheduler, parts: LateContactPublisherParts) {
    this.#alarm = alarm;
    this.#parts = parts;
    parts.lateContacts.onAdded = (contactFrom) => {
      if (this.#isNeeded()) alarm.wakeBy(endOfRound(contactFrom));
    };
    alarm.register({
      name: "contacts by a link",
      run: (now) => this.#work(now),
      dueAt: () => this.#dueAt(),
    });
  }

  /** To be called when the object starts and knows its alarm. */
  resume(): void {
    const dueAt = this.#dueAt();
    if (dueAt !== undefined) this.#alarm.wakeBy(dueAt);
  }

  async #work(now: number): Promise<void> {
    const { lateContacts, userThreads, publisher, subscriptions, isHere } = this.#parts;
    if (!this.#isNeeded()) return;
    const due = lateContacts.due(now, USERS_PER_ALARM);
    await Promise.all(
      due.map(async ({ userId, threadId }) => {
        const thread = userThreads.get(threadId);
        if (!thread || !makesContacts(thread) || !isHere(userId)) return;
        await publisher.joined(threadId, [userId]);
        // A failure was logged where it happened. Whoever subscribes anew is shown what is.
        await subscriptions.joined(threadId, [userId]).catch(() => undefined);
      }),
    );
    // After it: a crash in between shows them once more.
    for (const { userId, threadId } of due) lateContacts.remove([userId], threadId);
  }

  #dueAt(): number | undefined {
    const next = this.#isNeeded() ? this.#parts.lateContacts.next() : undefined;
    return next === undefined ? undefined : endOfRound(next);
  }

  /** Not with settings that are invalid either: a shard starts with them, and whoever asks it is answered so. */
  #isNeeded(): boolean {
    try {
      return this.#parts.whoSeesWhom.isAmongContacts;
    } catch {
      return false;
    }
  }
}

function endOfRound(time: number): number {
  return Math.ceil(time / ROUND_MS) * ROUND_MS;
}
