/** Waiting without sleeping: whoever changes something rings, and whoever waits looks again. */

/** How long anything may take; only ever spent on failure. */
const PATIENCE_MS = 60_000;

/** What was waited for did not come. */
export class Impatience extends Error {}

export class Bell {
  readonly #waiting = new Set<() => void>();

  /** Something has changed. */
  ring(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Waits until `look` finds something (neither undefined nor false). `what` names it, should it never come. */
  async until<T>(
    look: () => T | undefined | false,
    what: string | (() => string),
    patienceMs = PATIENCE_MS,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const wake = () => {
      const found = look();
      if (found !== undefined && found !== false) resolve(found);
    };
    const giveUp = () =>
      reject(new Impatience(`waited ${patienceMs} ms for ${typeof what === "string" ? what : what()}`));
    const timer = setTimeout(giveUp, patienceMs);
    this.#waiting.add(wake);
    wake();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wake);
    }
  }
}
