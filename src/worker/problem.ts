/** Errors over HTTP: problem details (RFC 9457), rendered here and nowhere else. */
import { ERROR_STATUS, failureOf, LilypadError, type ErrorCode } from "../protocol/errors.ts";

const TITLES: Record<ErrorCode, string> = {
  bad_request: "Bad request",
  unauthenticated: "Not signed in",
  forbidden: "Not allowed",
  not_found: "Not found",
  conflict: "Conflict",
  gone: "Gone",
  too_large: "Too large",
  unsupported_media_type: "Unsupported media type",
  upgrade_required: "Upgrade required",
  rate_limited: "Too many requests",
  internal: "Internal error",
  unavailable: "Unavailable",
};

/** The answer to a request that failed. Anything but the contract's own errors is logged, and rendered as `internal`. */
export function problem(error: unknown): Response {
  if (!(error instanceof LilypadError)) console.error("internal error", error);
  const { code, message, issues, retryAfterMs } = failureOf(error);
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (retryAfterMs !== undefined) headers.set("retry-after", String(Math.ceil(retryAfterMs / 1000)));
  if (code === "upgrade_required") headers.set("upgrade", "websocket");
  if (code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  const status = ERROR_STATUS[code];
  const details = {
    type: "about:blank",
    title: TITLES[code],
    status,
    detail: message,
    code,
    ...(issues && { issues }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return new Response(JSON.stringify(details), { status, headers });
}
