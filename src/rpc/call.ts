/** Calls from the Worker to an object, and between objects: retried where that can help, and never otherwise. */
import { LilypadError } from "../protocol/errors.ts";
import { valueOf, type Result } from "./result.ts";

const ATTEMPTS = 4;
/** The longest wait before the second attempt; it doubles with each further one. */
const FIRST_WAIT_MS = 50;

/** What the runtime adds to an exception from a stub (developers.cloudflare.com, Durable Objects, "Error handling"). */
interface StubError {
  retryable?: boolean;
  overloaded?: boolean;
}

/** An object's RPC interface as its callers hold it: its methods, and `fetch` for upgrades. */
export type Stub<Rpc> = Rpc & { fetch: (request: Request) => Promise<Response> };

/**
 * Calls an object through a stub that is made anew for each attempt: one that has thrown may be broken for good.
 * Retries, with full jitter, only what the runtime calls retryable; an overloaded object is not made busier. Throws
 * `unavailable` in the end. The called method must be safe to repeat.
 */
export async function callObject<S, T>(
  stub: () => S,
  call: (stub: S) => Promise<T>,
  { attempts = ATTEMPTS } = {},
): Promise<T> {
  for (let wait = FIRST_WAIT_MS, attempt = 1; ; wait *= 2, attempt += 1) {
    try {
      return released(await call(stub()));
    } catch (error) {
      const { retryable, overloaded } = error as StubError;
      if (!retryable || overloaded || attempt === attempts) {
        console.error("a call to an object failed", error);
        throw new LilypadError("unavailable", "A part of the server did not answer. Try again in a moment.");
      }
    }
    await scheduler.wait(Math.random() * wait);
  }
}

/**
 * What a call returned: data, for which nothing of the called object is needed. It is disposed of at once, and its disposer
 * taken off: whoever this is passed on to by RPC would have to call one as well.
 */
function released<T>(result: T): T {
  const disposable = result as Partial<Disposable> | null | undefined;
  if (disposable?.[Symbol.dispose]) {
    disposable[Symbol.dispose]?.();
    delete disposable[Symbol.dispose];
  }
  return result;
}

/** Calls a method that returns a `Result`: its value. Throws its failure, or `unavailable`. */
export async function callForValue<S, T>(stub: () => S, call: (stub: S) => Promise<Result<T>>): Promise<T> {
  return valueOf(await callObject(stub, call));
}
