/**
 * The one shape of an answer that may be a refusal: from a command, from an object's RPC method, and on its way back
 * through a relay. An exception that crosses RPC loses its class and fields, so the contract's errors travel as values.
 */
import { failureOf, LilypadError, type Failure } from "../protocol/errors.ts";

export type Result<T> = { ok: true; value: T } | Refusal;

export interface Refusal {
  ok: false;
  failure: Failure;
}

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** The result of something that threw. What is not an error of the contract is logged here, and becomes `internal`. */
export function failed(error: unknown): Refusal {
  if (!(error instanceof LilypadError)) console.error("internal error", error);
  return { ok: false, failure: failureOf(error) };
}

/** Runs the work of an RPC method and returns its value or its failure. */
export async function resultOf<T>(work: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return success(await work());
  } catch (error) {
    return failed(error);
  }
}

/** The value of a result. Throws its failure as a `LilypadError`. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw LilypadError.from(result.failure);
}
