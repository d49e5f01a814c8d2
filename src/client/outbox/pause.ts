/** A pause that the server's rate limit asks for. */
import { stopTimer, type Timer } from "../timer.ts";

export class Pause {
  readonly #onEnd: () => void;
  #timer: Timer | undefined;

  /** `onEnd` is called when it is over by itself. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** Pauses for this long from now. */
  start(ms: number): void {
    this.end();
    this.#timer = setTimeout(() => {
      this.end();
      this.#onEnd();
    }, ms);
  }

  end(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
  }
}
