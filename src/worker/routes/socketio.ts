/** `/socket.io/`: Engine.IO's requests, whose origin is checked whatever they are. */
import { bearerToken, verifyUserBearer } from "../../auth/authenticate.ts";
import { sessionCookieOf } from "../../auth/session-cookie.ts";
import { verifySession } from "../../auth/session-token.ts";
import { configOf } from "../../config/config.ts";
import { SOCKETIO_PAYLOAD_BYTES } from "../../protocol/limits.ts";
import { resultOf } from "../../rpc/result.ts";
import { anyShard, socketIoStub, userIdOfCredentials, type SessionCredentials } from "../../rpc/socketio.ts";
import { engineRequest } from "../engine-request.ts";
import { checkOriginOfAny, preflight } from "../cors.ts";
import { countPost, countSession, countUnknownSession } from "../request-limits.ts";
import { checkNoPage } from "../signed-in.ts";

/** The path that Socket.IO's clients ask by default. */
export const SOCKETIO = "/socket.io/";

export async function socketIoRequest(request: Request, env: Env): Promise<Response> {
  configOf(env);
  checkOriginOfAny(request, env);
  await checkNoPage(request, env);
  if (request.method === "OPTIONS") return preflight(request);
  return engineRequest(request, {
    shard: (no) => socketIoStub(env, no),
    newShard: anyShard,
    credentialsOf: async (asked) => {
      const credentials = await credentialsOf(asked, env);
      await countSession(asked, env, userIdOfCredentials(credentials));
      return credentials;
    },
    askerOf: async (asked) => userIdOfCredentials(await credentialsOf(asked, env)) ?? null,
    countPost: (sid) => countPost(env, sid),
    countUnknown: (asked) => countUnknownSession(asked, env),
    maxPayload: SOCKETIO_PAYLOAD_BYTES,
  });
}

/** Each credential that the request carries, verified. */
async function credentialsOf(request: Request, env: Env): Promise<SessionCredentials> {
  const authorization = request.headers.get("authorization");
  const session = sessionCookieOf(request, env);
  return {
    ...(authorization !== null && {
      authorization: await resultOf(() => verifyUserBearer(env, bearerToken(authorization))),
    }),
    ...(session !== undefined && { cookie: await resultOf(() => verifySession(env, session)) }),
  };
}
