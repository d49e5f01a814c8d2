/** The chat page, and whatever else is asked for that is neither the API nor a file. */
import { configOf } from "../config/config.ts";
import { LilypadError } from "../protocol/errors.ts";
import { isPlainRead } from "./cors.ts";
import { problem } from "./problem.ts";
import { setSecurityHeaders } from "./security-headers.ts";

/** The paths of the page's views (src/web/router.tsx). */
const VIEW = /^\/(?:chat(?:\/[^/]+)?\/?)?$/;
/** Where the files have the page. */
const PAGE = "/";

/** Answers with the page where it has such a view. Elsewhere the status is 404, and the page says so to a person. */
export async function servePage(request: Request, assets: Fetcher, env: Env): Promise<Response> {
  const { method, headers } = request;
  const isView = VIEW.test(new URL(request.url).pathname);
  const url = new URL(PAGE, request.url);
  if (isView && isPlainRead(request)) {
    const page = await assets.fetch(new Request(url, { method, headers }));
    return withPageHeaders(new Response(page.body, page), request, env);
  }
  // A program or a robot is not to take the page for what it looked for.
  if (!isPlainRead(request) || !headers.get("accept")?.includes("text/html"))
    return notFound(request, isView);
  const page = await assets.fetch(new Request(url, { method }));
  return withPageHeaders(new Response(page.body, { status: 404, headers: page.headers }), request, env);
}

function notFound(request: Request, isView: boolean): Response {
  const response = problem(
    new LilypadError("not_found", isView ? "There is no such method here." : "There is nothing here."),
  );
  if (isView) response.headers.set("allow", "GET, HEAD");
  // A file of this name may come with the next deployment.
  response.headers.set("cache-control", "no-store");
  setSecurityHeaders(response, request);
  return response;
}

function withPageHeaders(response: Response, request: Request, env: Env): Response {
  setSecurityHeaders(response, request, pagePolicy(new URL(request.url), avatarSources(env)));
  response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("permissions-policy", "camera=(), microphone=(), geolocation=()");
  response.headers.set("referrer-policy", "strict-origin-when-cross-origin");
  return response;
}

/** Everything is of this origin but the pictures of users. */
function pagePolicy({ protocol, host }: URL, avatars: readonly string[]): string {
  // By its name too: before CSP 3, 'self' did not cover a page's own sockets, and some browsers are of that time.
  const sockets = `${protocol === "https:" ? "wss" : "ws"}://${host}`;
  return [
    "default-src 'self'",
    `connect-src 'self' ${sockets}`,
    ["img-src 'self'", ...avatars].join(" "),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Where pictures may be loaded from: nowhere, too, where nothing is configured, and the page can but say so. */
function avatarSources(env: Env): readonly string[] {
  try {
    return configOf(env).avatarSources;
  } catch {
    return [];
  }
}
