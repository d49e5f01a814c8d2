/** The one error that the client's calls reject with, whether it came over HTTP, over a socket, or from no server at all. */
import type { ErrorCode } from "../../protocol/errors.ts";

/** A call that was refused or failed. The code `offline` means that no response came; `cause` says why, if known. */
export class RequestError extends Error {
  readonly code: ErrorCode | "offline";

  constructor(code: ErrorCode | "offline", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RequestError";
    this.code = code;
  }
}
