/** Keeps the frames of one socket and parses them after the run: the messages found by their marks must be in them. */
import type { Dialect } from "./dialects.ts";

export class FrameVerifier {
  readonly #frames: string[] = [];
  readonly #found: number[] = [];

  keep(text: string): void {
    this.#frames.push(text);
  }

  /** A message was found by its mark. */
  found(n: number): void {
    this.#found.push(n);
  }

  /** Where the frames differ from what was found by the marks. */
  differences(dialect: Dialect, bodyOf: (n: number) => string): string[] {
    const bodies = this.#frames.flatMap((frame) => dialect.bodies(frame));
    const differences = this.#found.flatMap((n, i) =>
      bodies[i] === bodyOf(n) ? [] : [`message ${n} was found, but its body is ${JSON.stringify(bodies[i])}`],
    );
    if (bodies.length !== this.#found.length)
      differences.push(
        `${this.#found.length} messages were found by their marks, ${bodies.length} by parsing`,
      );
    return differences.slice(0, 10);
  }
}
