/**
 * How an object's RPC method answers: a value, or a failure as a plain value. An exception that crosses RPC
 * loses its class and fields, so the contract's errors travel as data and are thrown again on the other side.
 */
import { failureOf, LilypadError, type Failure } from "../protocol/errors.ts";

export type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** Runs a door's work and answers with its value or its failure. What is not the contract's own error is logged, and told as `internal`. */
export async function answer<T>(work: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (!(error instanceof LilypadError)) console.error("internal error", error);
    return { ok: false, failure: failureOf(error) };
  }
}

/** The value of an answer, or its failure thrown. */
export function valueOf<T>(result: Answer<T>): T {
  if (result.ok) return result.value;
  throw LilypadError.from(result.failure);
}
