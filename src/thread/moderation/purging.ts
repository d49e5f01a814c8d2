/** Carries out purges: by alarm, in steps of bounded length, each a commit of its own that also says how far it is. */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { ThreadStore } from "../thread-store.ts";

/** Steps of one alarm, between which the object serves others; then the next alarm goes on. */
const STEPS = 5;

export class Purging {
  readonly #alarm: AlarmScheduler;

  /** Registers its duty. `step` does one, in turn with everything else that is written. */
  constructor(alarm: AlarmScheduler, store: ThreadStore, step: () => Promise<unknown>) {
    this.#alarm = alarm;
    const arePending = () => {
      const thread = store.current;
      return thread !== undefined && !thread.isDeleting && thread.purges.arePending;
    };
    alarm.register({
      name: "purges",
      async run() {
        for (let steps = 0; steps < STEPS && arePending(); steps++) await step();
      },
      dueAt: (now) => (arePending() ? now : undefined),
    });
  }

  /** A purge was stored, in this stretch. */
  begun(now: number): void {
    this.#alarm.wakeBy(now);
  }
}
