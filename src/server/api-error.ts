/** The one error that the calls of a server reject with. */
import type { ErrorCode, Issue } from "../protocol/errors.ts";

/** The contract's codes, and `unreachable`: no answer of Lilypad came, or not in time. */
export type ApiErrorCode = ErrorCode | "unreachable";

/** What an error is made of. */
export interface ApiFailure {
  code: ApiErrorCode;
  detail: string;
  status?: number;
  issues?: Issue[] | undefined;
  retryAfterMs?: number | undefined;
}

/** A call that was refused, or that no answer came to. */
export class ApiError extends Error {
  /** For programs. */
  readonly code: ApiErrorCode;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** For people; the same as `message`. */
  readonly detail: string;
  /** With `bad_request`: where the input is invalid, and why. */
  readonly issues: readonly Issue[] | undefined;
  /** With `rate_limited`: how long to wait at least, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor({ code, detail, status = 0, issues, retryAfterMs }: ApiFailure, options?: ErrorOptions) {
    super(detail, options);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.issues = issues;
    this.retryAfterMs = retryAfterMs;
  }
}
