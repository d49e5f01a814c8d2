/** The one error that the client's calls reject with, whether it came over HTTP, a socket, or no network at all. */
import type { ErrorCode } from "../../protocol/errors.ts";

/** A refused or failed call. `offline`: nothing was answered, for its `cause`. */
export class RequestError extends Error {
  readonly code: ErrorCode | "offline";

  constructor(code: ErrorCode | "offline", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RequestError";
    this.code = code;
  }
}
