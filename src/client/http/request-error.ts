/** The one error that the client's calls reject with, whether it came over HTTP, over a socket, or from no server at all. */
import type { ErrorCode } from "../../protocol/errors.ts";

/**
 * The contract's codes, and the client's own:
 * - `offline`: no response came; `cause` says why, if known.
 * - `discarded`: the user gave it up.
 * - `misconfigured`: no response can come: the client has a wrong `url`, or the page's origin is not allowed.
 */
export type RequestErrorCode = ErrorCode | "offline" | "discarded" | "misconfigured";

/** A call that was refused or failed. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** After how many milliseconds it may succeed, where the server says so. */
  readonly retryAfterMs?: number | undefined;

  constructor(
    code: RequestErrorCode,
    message: string,
    { retryAfterMs, ...options }: ErrorOptions & { retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options);
    this.name = "RequestError";
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
