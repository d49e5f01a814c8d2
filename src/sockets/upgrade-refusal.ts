/** Refusing an upgrade so that a browser can tell why. */
import { CLOSE, LilypadError, type CloseCode, type ErrorCode } from "../protocol/errors.ts";
import { SUBPROTOCOL } from "../protocol/subprotocol.ts";
import { closeReason } from "./close-reason.ts";

/** The refusals that concern the caller, and the code that tells a browser of each. */
const CLOSE_CODES: Partial<Record<ErrorCode, CloseCode>> = {
  unauthenticated: CLOSE.unauthenticated,
  not_found: CLOSE.notFound,
  rate_limited: CLOSE.rateLimited,
};

/** The answer to an upgrade that failed. Throws again what does not concern the caller. */
export function refusalOfUpgrade(error: unknown, subprotocol: string | undefined): Response {
  const code = error instanceof LilypadError ? CLOSE_CODES[error.code] : undefined;
  if (code === undefined) throw error;
  return refuseUpgrade(code, (error as LilypadError).message, subprotocol);
}

/**
 * Answers an upgrade with 101 and closes at once with a code: a browser cannot read the status of a refused one. The
 * socket is a plain one, since a hibernatable socket closed here would reach the client some 10 s late.
 */
function refuseUpgrade(code: CloseCode, reason: string, subprotocol: string | undefined): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, closeReason(reason));
  const headers = new Headers();
  if (subprotocol !== undefined) headers.set("sec-websocket-protocol", SUBPROTOCOL);
  return new Response(null, { status: 101, webSocket: client, headers });
}
