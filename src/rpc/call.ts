/** Calls from the Worker to an object, and between objects: retried where that can help, and never otherwise. */
import { LilypadError } from "../protocol/errors.ts";
import { valueOf, type Answer } from "./result.ts";

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

/** Calls a method that answers with `Answer`: its value, or its failure thrown. */
export async function askObject<S, T>(stub: () => S, call: (stub: S) => Promise<Answer<T>>): Promise<T> {
  return valueOf(await callObject(stub, call));
}

type PlatformHandler = "fetch" | "alarm" | "webSocketMessage" | "webSocketClose" | "webSocketError";

/**
 * An object's doors as its callers see them: its own methods, and `fetch` for upgrades. Plainer than the runtime's
 * types for a stub, which distribute over unions so that no generic code can take an answer apart.
 */
export type Doors<O> = Omit<O, PlatformHandler> & { fetch: (request: Request) => Promise<Response> };
