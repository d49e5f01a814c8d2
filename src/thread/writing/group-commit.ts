/**
 * Group commit: commands that come close together are applied in one synchronous stretch, so that neither commits
 * nor frames grow with their number. A lone command never waits.
 */
import { GroupSize } from "./group-size.ts";

/** How long commands are gathered, at most, while they keep coming: as long as it takes to send to a few dozen sockets. */
const GATHER_MS = 5;
/** For this long after a group of several, the next command is not treated as a lone one. */
const BUSY_MS = 1_000;
/** At this many, the group is applied without waiting. */
const GATHER_COMMANDS = 512;

export class GroupCommit<C> {
  readonly #apply: (commands: C[]) => void;
  readonly #size = new GroupSize();
  #waiting: C[] = [];
  /** Runs while commands are gathered. */
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #gatheredAt = 0;

  /** `apply` does the work, synchronously, and replies to each command itself. */
  constructor(apply: (commands: C[]) => void) {
    this.#apply = apply;
  }

  /**
   * Applies the commands at once, or together with what comes meanwhile: until as many are here as came together
   * lately, and for no longer than `GATHER_MS`. What an eviction catches here was not acknowledged: its sender sends it
   * again.
   */
  submit(commands: readonly C[]): void {
    const before = this.#waiting.length;
    this.#waiting.push(...commands);
    const here = this.#waiting.length;
    const now = Date.now();
    const isQuiet = this.#gathering === undefined && now - this.#gatheredAt >= BUSY_MS;
    const areAllHere = before < this.#size.expected && here >= this.#size.expected;
    if (here >= GATHER_COMMANDS || isQuiet) this.flush();
    else if (!areAllHere) this.#gathering ??= this.#flushIn(GATHER_MS);
    else if (this.#size.isTimeToProbe(now)) this.#gather(0);
    else this.flush();
  }

  /** Applies what waits. */
  flush(): void {
    const commands = this.#waiting;
    if (commands.length === 0) return;
    this.#waiting = [];
    const isLone = commands.length === 1;
    const now = Date.now();
    if (!isLone) this.#gatheredAt = now;
    this.#size.observe(commands.length, now);
    try {
      this.#apply(commands);
    } finally {
      // What came while this one was applied is gathered: in a moment, not now, and nothing more is waited for.
      if (isLone) this.#gather(0);
      else this.#stopGathering();
    }
  }

  #gather(ms: number): void {
    this.#stopGathering();
    this.#gathering = this.#flushIn(ms);
  }

  #stopGathering(): void {
    if (this.#gathering !== undefined) clearTimeout(this.#gathering);
    this.#gathering = undefined;
  }

  #flushIn(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#gathering = undefined;
      this.flush();
    }, ms);
  }
}
