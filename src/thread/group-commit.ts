/**
 * Group commit: commands that come close together are applied in one synchronous stretch, so that neither commits
 * nor frames grow with their number. A lone command never waits.
 */

/** How long commands are gathered while they keep coming. */
const GATHER_MS = 2;
/** As many as are applied in one stretch. */
const GATHER_COMMANDS = 512;

export class GroupCommit<C> {
  readonly #apply: (commands: C[]) => void;
  #waiting: C[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #appliedAt = 0;

  /** `apply` does the work, synchronously, and answers each command itself. */
  constructor(apply: (commands: C[]) => void) {
    this.#apply = apply;
  }

  /**
   * Applies the commands at once, or within `GATHER_MS` together with what comes meanwhile. What an eviction
   * catches here was not acknowledged: its sender sends it again.
   */
  submit(commands: readonly C[]): void {
    this.#waiting.push(...commands);
    const isQuiet = this.#timer === undefined && Date.now() - this.#appliedAt >= GATHER_MS;
    if (isQuiet || this.#waiting.length >= GATHER_COMMANDS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  /** Applies what waits. */
  flush(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    const commands = this.#waiting;
    if (commands.length === 0) return;
    this.#waiting = [];
    this.#appliedAt = Date.now();
    this.#apply(commands);
  }
}
