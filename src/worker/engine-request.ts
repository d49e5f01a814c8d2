/**
 * Requests of Engine.IO: refused here where they are no sound ones, else handed over to the shard that the session id names.
 * A poll that has to wait waits here, on one hibernatable socket to its shard, so that the shard can sleep meanwhile.
 */
import { isUpgrade } from "../auth/authenticate.ts";
import { callObject, type Stub } from "../rpc/call.ts";
import {
  ENGINE_ERROR,
  shardOfSid,
  shardRequest,
  type EngineAnswer,
  type SessionCredentials,
  type ShardRequest,
  type SocketIoRpc,
} from "../rpc/socketio.ts";
import { capped } from "./request-body.ts";

export interface EngineServer {
  /** A shard, by a new stub for each call. */
  shard: (no: number) => Stub<SocketIoRpc>;
  /** The shard that takes a new session. */
  newShard: () => number;
  /** Who opens a session. Throws where too many are opened. */
  credentialsOf: (request: Request) => Promise<SessionCredentials>;
  /** The user of the credential that a request carries, or null. */
  askerOf: (request: Request) => Promise<string | null>;
  /** Called before a POST. Throws where a session sends too many. */
  countPost: (sid: string) => Promise<void>;
  /** Called where there is no such session. Throws where an address asks for too many. */
  countUnknown: (request: Request) => Promise<void>;
  /** Largest body of a POST, in bytes. */
  maxPayload: number;
}

/** Answers a request to `/socket.io/`. */
export async function engineRequest(request: Request, server: EngineServer): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const transport = searchParams.get("transport");
  const sid = searchParams.get("sid");
  if (transport !== "polling" && transport !== "websocket") return answer(ENGINE_ERROR.unknownTransport);
  if (searchParams.get("EIO") !== "4") return answer(ENGINE_ERROR.unsupportedProtocol);
  if (sid === null) return open(request, server, transport);
  const response = await inSession(request, server, transport, sid);
  if (response.status === ENGINE_ERROR.unknownSid.status) await server.countUnknown(request);
  return response;
}

async function inSession(
  request: Request,
  server: EngineServer,
  transport: "polling" | "websocket",
  sid: string,
): Promise<Response> {
  const no = shardOfSid(sid);
  if (no === undefined) return answer(ENGINE_ERROR.unknownSid);
  const shard = () => server.shard(no);
  if (transport === "websocket")
    return isUpgrade(request)
      ? upgrade(shard, { type: "probe", sid, asker: await server.askerOf(request) })
      : answer(ENGINE_ERROR.badRequest);
  if (request.method === "GET")
    return poll(await upgrade(shard, { type: "poll", sid, asker: await server.askerOf(request) }));
  if (request.method !== "POST") return answer(ENGINE_ERROR.badRequest);
  await server.countPost(sid);
  return post(request, server, shard, sid);
}

async function open(request: Request, server: EngineServer, transport: string): Promise<Response> {
  if (request.method !== "GET") return answer(ENGINE_ERROR.badHandshakeMethod);
  const isSocket = transport === "websocket";
  if (isSocket !== isUpgrade(request)) return answer(ENGINE_ERROR.badRequest);
  const credentials = await server.credentialsOf(request);
  const no = server.newShard();
  const shard = () => server.shard(no);
  if (isSocket) return upgrade(shard, { type: "open", credentials });
  return answer(await callObject(shard, (object) => object.openPolling(credentials)));
}

/** One request for each attempt: one that was handed over is used up. */
function upgrade(shard: () => Stub<SocketIoRpc>, asked: ShardRequest): Promise<Response> {
  return callObject(shard, (object) => object.fetch(shardRequest(asked)));
}

/** Waits for what the shard sends on the socket that it answered with, where it did. */
async function poll(waiting: Response): Promise<Response> {
  const { webSocket } = waiting;
  if (!webSocket) return answer({ status: waiting.status, body: await waiting.text() });
  const { promise, resolve } = Promise.withResolvers<EngineAnswer>();
  webSocket.addEventListener("message", ({ data }) => resolve({ status: 200, body: String(data) }));
  webSocket.addEventListener("close", () => resolve(ENGINE_ERROR.unknownSid));
  webSocket.accept();
  const answered = await promise;
  webSocket.close();
  return answer(answered);
}

async function post(
  request: Request,
  { maxPayload, askerOf }: EngineServer,
  shard: () => Stub<SocketIoRpc>,
  sid: string,
): Promise<Response> {
  const asker = await askerOf(request);
  // Ignored where it is malformed, as UTF-8 is in Engine.IO.
  const body = new TextDecoder().decode(await capped(request, maxPayload));
  // Not repeated: whether a call that failed was processed is not known.
  return answer(await callObject(shard, (object) => object.receive(sid, body, asker), { attempts: 1 }));
}

function answer({ status, body }: EngineAnswer): Response {
  const isText = status === 200;
  const contentType = isText ? "text/plain; charset=UTF-8" : "application/json";
  return new Response(body, { status, headers: { "content-type": contentType } });
}
