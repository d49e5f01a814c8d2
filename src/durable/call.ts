/** Calls from the Worker to an object, and between objects: retried where that can help, and never otherwise. */
import { LilypadError } from "../protocol/errors.ts";

const TRIES = 4;
/** The longest wait before the second try; doubled with each further one. */
const FIRST_WAIT_MS = 50;

/** What the runtime says of an exception from a stub (developers.cloudflare.com, Durable Objects, "Error handling"). */
interface StubError {
  retryable?: boolean;
  overloaded?: boolean;
}

/**
 * Calls an object through a stub that is made anew for each try: one that has thrown may be broken for good. Tries
 * again, with full jitter, only what the runtime calls retryable; an overloaded object is not made busier. Throws
 * `unavailable` in the end. The called method must do no harm when it runs twice.
 */
export async function callObject<S, T>(stub: () => S, call: (stub: S) => Promise<T>): Promise<T> {
  for (let wait = FIRST_WAIT_MS, tried = 1; ; wait *= 2, tried += 1) {
    try {
      return await call(stub());
    } catch (error) {
      const { retryable, overloaded } = error as StubError;
      if (!retryable || overloaded || tried === TRIES) {
        console.error("a call to an object failed", error);
        throw new LilypadError("unavailable", "A part of the server did not answer. Try again in a moment.");
      }
    }
    await scheduler.wait(Math.random() * wait);
  }
}
