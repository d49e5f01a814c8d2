/** The verified user of an upgrade: handed to an object beside the request, in one header that no client can set. */
import { z } from "zod";
import { user, type User } from "../protocol/model.ts";
import type { Issuance } from "./revocation.ts";

/** A verified user, and when their session ends. */
export interface Caller extends Issuance {
  user: User;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /**
   * When the host named the user so, in milliseconds since the epoch. Absent where that is not known, and the user may have
   * been renamed since: a session's name counted when it began, and a token need not say when it was made.
   */
  namedAt?: number | undefined;
}

/** Present where the host's server asks: no rate of the user in whose name it does limits it. */
export type AskedBy = "server" | undefined;

const HEADER = "x-lilypad-caller";
const caller = z.object({
  user,
  expiresAt: z.int(),
  namedAt: z.number().optional(),
  issuedAt: z.number().optional(),
  sessionId: z.string().optional(),
});

/**
 * The upgrade request for an object: made anew with nothing of the client's but the path and query, so that no
 * token or cookie, nor a forged caller, goes along.
 */
export function upgradeFor(request: Request, who: Caller, subprotocol: string | undefined): Request {
  const headers = new Headers({
    upgrade: "websocket",
    [HEADER]: encodeURIComponent(JSON.stringify(who)),
  });
  if (subprotocol) headers.set("sec-websocket-protocol", subprotocol);
  return new Request(request.url, { headers });
}

/** The caller that the Worker put on an upgrade. */
export function callerOf(request: Request): Caller {
  return caller.parse(JSON.parse(decodeURIComponent(request.headers.get(HEADER) ?? "")));
}

/** The subprotocol that the Worker chose for an upgrade, if the client named any. */
export function subprotocolOf(request: Request): string | undefined {
  return request.headers.get("sec-websocket-protocol") ?? undefined;
}
