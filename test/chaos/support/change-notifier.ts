/** Waiting for a condition without polling: who changes state calls `notify`, and each waiter checks its condition again. */

/** How long a wait may take. Long enough for a slow machine: it only passes in full when something is wrong. */
const TIMEOUT_MS = 180_000;

/** A condition did not become true in time. */
export class WaitTimeout extends Error {}

export class ChangeNotifier {
  readonly #waiters = new Set<() => void>();

  /** Call after every change of state that a condition may depend on. */
  notify(): void {
    for (const check of this.#waiters) check();
  }

  /**
   * Waits until `check` returns something other than undefined and false. Throws `WaitTimeout` after `timeoutMs`;
   * `what` completes its message "waited N ms for …".
   */
  async until<T>(
    check: () => T | undefined | false,
    what: string | (() => string),
    timeoutMs = TIMEOUT_MS,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = () => {
      const result = check();
      if (result !== undefined && result !== false) resolve(result);
    };
    const timeOut = () =>
      reject(new WaitTimeout(`waited ${timeoutMs} ms for ${typeof what === "string" ? what : what()}`));
    const timer = setTimeout(timeOut, timeoutMs);
    this.#waiters.add(waiter);
    waiter();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }
}
