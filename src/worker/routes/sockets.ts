/** The two upgrades: a thread's room, and presence. */
import { isUpgrade, offeredSubprotocols } from "../../auth/authenticate.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { SUBPROTOCOL } from "../../protocol/subprotocol.ts";
import { callObject } from "../../rpc/call.ts";
import { upgradeFor, type Caller } from "../../rpc/caller.ts";
import { redirectIn } from "../../rpc/redirect.ts";
import { relayStub } from "../../rpc/relay.ts";
import { presenceStub, presenceStubOf } from "../../rpc/shards.ts";
import { threadStub } from "../../rpc/thread.ts";
import { refusalOfUpgrade } from "../../sockets/upgrade-refusal.ts";
import type { RoutedRequest, ApiRouter } from "../router.ts";
import { threadIdOf } from "../parameters.ts";
import { refusalFor } from "../request-limits.ts";
import { signedInForPresence, signedInThemself } from "../signed-in.ts";

/** The object that is to take an upgrade, by a new stub for each call. */
type Target = () => { fetch: (request: Request) => Promise<Response> };

interface Upgrade {
  signIn: () => Promise<Caller>;
  target: (caller: Caller) => Target;
  /** The object that the first one's answer sends on to, if it does. */
  redirected: (answer: Response) => Target | undefined;
}

export function socketRoutes(api: ApiRouter): void {
  api.get("/api/threads/:threadId/socket", (request, env) =>
    open(request, env, {
      signIn: () => signedInThemself(request, env, () => threadIdOf(request, env)),
      target: () => {
        const id = threadIdOf(request, env);
        return () => threadStub(env, id);
      },
      // The room is large, and a relay takes this socket.
      redirected: (answer) => {
        const relay = redirectIn("relay", answer);
        return relay === undefined
          ? undefined
          : () => relayStub(env, threadIdOf(request, env).toString(), relay);
      },
    }),
  );
  api.get("/api/presence/socket", (request, env) =>
    open(request, env, {
      signIn: () => signedInForPresence(request, env),
      target:
        ({ user }) =>
        () =>
          presenceStubOf(env, user.id),
      // The user has moved to another shard.
      redirected: (answer) => {
        const shard = redirectIn("shard", answer);
        return shard === undefined ? undefined : () => presenceStub(env, shard);
      },
    }),
  );
}

/**
 * Hands an upgrade to an object, with the user it is for. Refusals that concern the caller close a socket, which a
 * browser can read.
 */
async function open(
  request: RoutedRequest,
  env: Env,
  { signIn, target, redirected }: Upgrade,
): Promise<Response> {
  if (!isUpgrade(request)) throw new LilypadError("upgrade_required", "This is a WebSocket's address.");
  const subprotocol = chosenSubprotocol(request);
  try {
    const caller = await signIn();
    // One upgrade for each attempt: a request that was handed over is used up.
    const handOver = (object: Target) =>
      callObject(object, (stub) => stub.fetch(upgradeFor(request, caller, subprotocol)));
    const answer = await handOver(target(caller));
    const next = redirected(answer);
    return next ? await handOver(next) : answer;
  } catch (error) {
    return refusalOfUpgrade(await refusalFor(error, request, env), subprotocol);
  }
}

/** The version of the contract, if the client named one. Naming none means version 1. */
function chosenSubprotocol(request: Request): string | undefined {
  const offered = offeredSubprotocols(request);
  if (offered.length === 0) return undefined;
  if (offered.includes(SUBPROTOCOL)) return SUBPROTOCOL;
  throw new LilypadError("bad_request", `The only subprotocol is ${SUBPROTOCOL}.`);
}
