/** Refusing an upgrade so that a browser learns why. */
import { CLOSE, LilypadError, type CloseCode, type ErrorCode } from "../protocol/errors.ts";
import { SUBPROTOCOL } from "../protocol/subprotocol.ts";
import { closeReason } from "./close-reason.ts";
import { jsonCodec } from "./codec.ts";

/** The refusals that concern the caller, and the code by which a browser recognizes each. */
const CLOSE_CODES: Partial<Record<ErrorCode, CloseCode>> = {
  unauthenticated: CLOSE.unauthenticated,
  forbidden: CLOSE.forbidden,
  not_found: CLOSE.notFound,
  rate_limited: CLOSE.rateLimited,
};

/** The answer to an upgrade that failed. Throws again what does not concern the caller. */
export function refusalOfUpgrade(error: unknown, subprotocol: string | undefined): Response {
  if (!(error instanceof LilypadError)) throw error;
  const code = CLOSE_CODES[error.code];
  if (code === undefined) throw error;
  return refuseUpgrade(code, error, subprotocol);
}

/**
 * Answers an upgrade with 101 and closes at once with a code: a browser cannot read the status of a refused one. The
 * socket is a plain one, since a hibernatable socket closed here would reach the client some 10 s late. When to try again, which
 * a close frame has no place for, is in a `closing` event before it.
 */
function refuseUpgrade(
  code: CloseCode,
  { message, retryAfterMs }: LilypadError,
  subprotocol: string | undefined,
): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  const reason = closeReason(message);
  server.accept();
  const closing = { type: "closing", code, reason, retryAfterMs };
  if (retryAfterMs !== undefined) for (const frame of jsonCodec.encode([closing])) server.send(frame);
  server.close(code, reason);
  const headers = new Headers();
  if (subprotocol !== undefined) headers.set("sec-websocket-protocol", SUBPROTOCOL);
  return new Response(null, { status: 101, webSocket: client, headers });
}
