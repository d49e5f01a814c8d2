/** Refusing an upgrade so that a browser can tell why. */
import type { CloseCode } from "../protocol/errors.ts";
import { SUBPROTOCOL } from "../protocol/subprotocol.ts";
import { closeReason } from "./close-reason.ts";

/**
 * Answers an upgrade with 101 and closes at once with a code: a browser cannot read the status of a refused one. The
 * socket is a plain one, since a hibernatable socket closed here would reach the client some 10 s late.
 */
export function refuseUpgrade(code: CloseCode, reason: string, subprotocol: string | undefined): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, closeReason(reason));
  const headers = new Headers();
  if (subprotocol !== undefined) headers.set("sec-websocket-protocol", SUBPROTOCOL);
  return new Response(null, { status: 101, webSocket: client, headers });
}
