/** The Worker: serves the page, checks the origin of an API request, routes it, and renders what goes wrong. It is stateless. */
import { configOf } from "../config/config.ts";
import { LilypadError } from "../protocol/errors.ts";
import { newRouter, type ApiRouter } from "./router.ts";
import { checkOrigin, isPlainRead, preflight, withCors } from "./cors.ts";
import { servePage } from "./page.ts";
import { problem } from "./problem.ts";
import { refusalFor } from "./request-limits.ts";
import { HEALTH } from "./routes/health.ts";
import { addRoutes } from "./routes/routes.ts";
import { SOCKETIO, socketIoRequest } from "./routes/socketio.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import { checkNoPage } from "./signed-in.ts";

export { Presence } from "../presence/presence.ts";
export { Relay } from "../relay/relay.ts";
export { SocketIoShard } from "../socketio/socketio-shard.ts";
export { ChatThread } from "../thread/chat-thread.ts";

const API = "/api/";

const api = newRouter();
addRoutes(api);
api.options("/api/*", (request) => preflight(request));
api.all("*", (request) => notFound(request));

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    const isApi = pathname.startsWith(API) || pathname.startsWith(SOCKETIO);
    if (env.ASSETS && !isApi) return servePage(request, env.ASSETS, env);
    const response = await respond(request, env).catch(async (error: unknown) =>
      problem(await refusalFor(error, request, env)),
    );
    // An upgrade's answer is the object's, and takes no more headers.
    if (response.status === 101) return response;
    response.headers.set("cache-control", "no-store");
    setSecurityHeaders(response, request);
    try {
      withCors(response, request, env);
    } catch {
      // Not configured: that was the answer already.
    }
    return request.method === "HEAD" ? new Response(null, response) : response;
  },
} satisfies ExportedHandler<Env>;

async function respond(request: Request, env: Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith(SOCKETIO)) return socketIoRequest(request, env);
  // Health is asked after where nothing is configured too.
  if (pathname !== HEALTH || !isPlainRead(request)) {
    configOf(env);
    checkOrigin(request, env);
    await checkNoPage(request, env);
  }
  // The router overlooks a slash at the end. But "members/.." is read as "" by every URL parser, and would name the thread.
  if (pathname.endsWith("/")) throw new LilypadError("not_found", "There is nothing here.");
  return api.fetch(request.method === "HEAD" ? asGet(request) : request, env);
}

/** HEAD is GET without the body; a socket is opened by GET alone. */
function asGet(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.delete("upgrade");
  return new Request(request.url, { headers });
}

/** The contract has no code for a method that a path does not take: it is not found either, and `Allow` lists those that it takes. */
function notFound(request: Request): Response {
  const { pathname } = new URL(request.url);
  const allowed = methodsOf(api, pathname);
  const response = problem(
    new LilypadError(
      "not_found",
      allowed.length > 0 ? "There is no such method here." : "There is nothing here.",
    ),
  );
  if (allowed.length > 0) response.headers.set("allow", allowed.join(", "));
  return response;
}

function methodsOf(router: ApiRouter, pathname: string): string[] {
  const methods = router.routes.filter(([, pattern]) => pattern.test(pathname)).map(([method]) => method);
  return methods.filter((method) => method !== "ALL" && method !== "OPTIONS");
}
