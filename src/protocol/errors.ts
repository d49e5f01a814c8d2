/** The errors of the contract: one list of codes for HTTP and sockets, and the codes that close a socket. */

/** Each error code and its HTTP status. */
export const ERROR_STATUS = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  upgrade_required: 426,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One complaint about the input: where, and what. */
export interface Issue {
  path: string;
  message: string;
}

/** An error as a plain value: what crosses from an object to the Worker, where a thrown class would lose its fields. */
export interface Failure {
  code: ErrorCode;
  /** For the person who reads it. Never a secret, a stack, or a hint that something hidden exists. */
  message: string;
  issues?: Issue[];
  /** With `rate_limited`, and with `forbidden` by a timeout: when to try again. */
  retryAfterMs?: number;
}

/** The one class that is thrown for every error of the contract, and rendered in one place for each transport. */
export class LilypadError extends Error {
  readonly code: ErrorCode;
  readonly issues: Issue[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, more: Pick<Failure, "issues" | "retryAfterMs"> = {}) {
    super(message);
    this.name = "LilypadError";
    this.code = code;
    this.issues = more.issues;
    this.retryAfterMs = more.retryAfterMs;
  }

  static from(failure: Failure): LilypadError {
    return new LilypadError(failure.code, failure.message, failure);
  }

  get failure(): Failure {
    return {
      code: this.code,
      message: this.message,
      ...(this.issues && { issues: this.issues }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
    };
  }
}

/** For users who are to be in a thread, and whom Lilypad does not know. */
export function unknownUser(...userIds: string[]): LilypadError {
  return new LilypadError(
    "not_found",
    `No such user: ${userIds.join(", ")}. A user is known from their first sign-in on.`,
  );
}

/** For an invitation link that was never made, was revoked, is over or used up; and for one who is kept out. */
export function noSuchLink(): LilypadError {
  return new LilypadError("not_found", "There is no such link, or it is no longer valid.");
}

/** For a thread that is there by the same key, and is of this kind. */
export function otherKind(kind: string): LilypadError {
  return new LilypadError("conflict", `The thread of this key is there, and is ${kind}.`);
}

/** What a thrown value means to a client: the contract's error, or `internal` with nothing said. */
export function failureOf(error: unknown): Failure {
  return error instanceof LilypadError
    ? error.failure
    : { code: "internal", message: "Something went wrong on the server." };
}

/** The contract's closing codes that the server uses. */
export const CLOSE = {
  left: 1000,
  restarting: 1001,
  protocolError: 4000,
  unauthenticated: 4001,
  forbidden: 4003,
  notFound: 4004,
  tooLarge: 4009,
  replaced: 4010,
  lost: 4100,
  tooSlow: 4108,
  rateLimited: 4129,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];
