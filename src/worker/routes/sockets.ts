/** The two upgrades: a thread's room, and presence. */
import { authenticate, isUpgrade, offeredSubprotocols } from "../../auth/authenticate.ts";
import { callObject } from "../../rpc/call.ts";
import { upgradeFor, type Caller } from "../../rpc/caller.ts";
import { refuseUpgrade } from "../../sockets/upgrade-refusal.ts";
import { redirectedTo } from "../../rpc/redirect.ts";
import { presenceOf } from "../../rpc/shards.ts";
import { relayIn, relayOf } from "../../rpc/relay-stub.ts";
import { CLOSE, LilypadError } from "../../protocol/errors.ts";
import { SUBPROTOCOL } from "../../protocol/subprotocol.ts";
import type { ApiRequest, ApiRouter } from "../api.ts";
import { threadOf } from "../parameters.ts";

type Target = (caller: Caller) => () => { fetch: (request: Request) => Promise<Response> };

export function socketRoutes(api: ApiRouter): void {
  api.get("/api/threads/:threadId/socket", (request, env) =>
    open(
      request,
      env,
      () => threadOf(request, env),
      (response) => relayFor(request, env, response),
    ),
  );
  api.get("/api/presence/socket", (request, env) =>
    open(
      request,
      env,
      ({ user }) =>
        () =>
          presenceOf(env, user.id),
      (response) => redirectedTo(env, response),
    ),
  );
}

/**
 * Hands an upgrade to an object, with the user it is for; where its answer sends on, to the object that it names.
 * Refusals that concern the caller close a socket, which a browser can read.
 */
async function open(
  request: ApiRequest,
  env: Env,
  target: Target,
  sentOn: (answer: Response) => ReturnType<Target> | undefined = () => undefined,
): Promise<Response> {
  if (!isUpgrade(request)) throw new LilypadError("upgrade_required", "This is a WebSocket's address.");
  const subprotocol = chosenSubprotocol(request);
  try {
    const caller = await authenticate(request, env);
    // One upgrade for each try: a request that was handed over is used up.
    const handOver = (object: ReturnType<Target>) =>
      callObject(object, (stub) => stub.fetch(upgradeFor(request, caller, subprotocol)));
    const answer = await handOver(target(caller));
    const next = sentOn(answer);
    return next ? await handOver(next) : answer;
  } catch (error) {
    if (!(error instanceof LilypadError)) throw error;
    if (error.code === "unauthenticated")
      return refuseUpgrade(CLOSE.unauthenticated, error.message, subprotocol);
    if (error.code === "not_found") return refuseUpgrade(CLOSE.notFound, error.message, subprotocol);
    throw error;
  }
}

/** The relay that a thread's answer sends on to: its room is large. */
function relayFor(request: ApiRequest, env: Env, answer: Response): ReturnType<Target> | undefined {
  const no = relayIn(answer);
  const { threadId } = request.params;
  if (no === undefined || threadId === undefined) return undefined;
  return () => relayOf(env, threadId, no);
}

/** The version of the contract, if the client named one. Naming none means version 1. */
function chosenSubprotocol(request: Request): string | undefined {
  const offered = offeredSubprotocols(request);
  if (offered.length === 0) return undefined;
  if (offered.includes(SUBPROTOCOL)) return SUBPROTOCOL;
  throw new LilypadError("bad_request", `The only subprotocol is ${SUBPROTOCOL}.`);
}
