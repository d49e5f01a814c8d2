/** One socket whose frames are kept, and read in full once the run is over: what the marks said must be what is in them. */
import type { Dialect } from "./dialects.ts";

export class Witness {
  readonly #frames: string[] = [];
  readonly #counted: number[] = [];

  keep(text: string): void {
    this.#frames.push(text);
  }

  /** The marks said that this message came. */
  counted(n: number): void {
    this.#counted.push(n);
  }

  /** What is not as it was counted, in words. */
  complaints(dialect: Dialect, bodyOf: (n: number) => string): string[] {
    const bodies = this.#frames.flatMap((frame) => dialect.bodies(frame));
    const found = this.#counted.flatMap((n, i) =>
      bodies[i] === bodyOf(n) ? [] : [`message ${n} was counted and says ${JSON.stringify(bodies[i])}`],
    );
    if (bodies.length !== this.#counted.length)
      found.push(`${this.#counted.length} messages were counted, and ${bodies.length} are there`);
    return found.slice(0, 10);
  }
}
