/** The one error that the client's calls reject with, whether it came over HTTP, a socket, or no network at all. */
import type { ErrorCode } from "../protocol/errors.ts";

/** A refused or failed call. `offline`: nothing was answered. */
export class RequestError extends Error {
  readonly code: ErrorCode | "offline";

  constructor(code: ErrorCode | "offline", message: string) {
    super(message);
    this.name = "RequestError";
    this.code = code;
  }
}
