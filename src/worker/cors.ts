/** Which web sites may talk to Lilypad with the credentials of their visitors: the check of a request's origin, and CORS. */
import { isUpgrade } from "../auth/authenticate.ts";
import { configOf } from "../config/config.ts";
import { LilypadError } from "../protocol/errors.ts";

const SAFE_METHODS = new Set(["GET", "HEAD"]);
/** How long a browser may keep a preflight's answer, in seconds. */
const PREFLIGHT_SECONDS = 7200;

/** Whether a request can change nothing and opens no socket. */
export function isPlainRead(request: Request): boolean {
  return SAFE_METHODS.has(request.method) && !isUpgrade(request);
}

function isAllowed(origin: string, request: Request, env: Env): boolean {
  if (origin === "null") return false;
  const { anyOrigin, allowedOrigins } = configOf(env);
  return anyOrigin || origin === new URL(request.url).origin || allowedOrigins.has(origin);
}

/** Whether the origin that a request names is allowed; undefined where it names none, or where nothing is configured. */
export function isOriginAllowed(request: Request, env: Env): boolean | undefined {
  const origin = request.headers.get("origin");
  try {
    return origin === null ? undefined : isAllowed(origin, request, env);
  } catch {
    return undefined;
  }
}

/** Refuses a foreign origin everything: `forbidden`. */
export function checkOriginOfAny(request: Request, env: Env): void {
  const origin = request.headers.get("origin");
  if (origin !== null && !isAllowed(origin, request, env)) throw foreignOrigin();
}

/** Refuses a foreign origin whatever could change something or open a socket: `forbidden`. */
export function checkOrigin(request: Request, env: Env): void {
  const origin = request.headers.get("origin");
  if (origin === null || isAllowed(origin, request, env)) return;
  if (!isPlainRead(request)) throw foreignOrigin();
}

/**
 * The same for a GET that changes something. One that a browser sends without `Origin`, for a link or a picture, comes with
 * the site of its page in `Sec-Fetch-Site`.
 */
export function checkOriginOfChangingGet(request: Request, env: Env): void {
  checkOriginOfAny(request, env);
  const site = request.headers.get("sec-fetch-site");
  if (!request.headers.has("origin") && (site === "cross-site" || site === "same-site"))
    throw foreignOrigin();
}

function foreignOrigin(): LilypadError {
  return new LilypadError("forbidden", "This origin is not allowed. See ALLOWED_ORIGINS.");
}

/**
 * Answers a preflight, whose origin was checked already: it may send what it asks for, such as a header that some library
 * adds to every request. What is made of it is decided when the request comes.
 */
export function preflight(request: Request): Response {
  const methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
  const method = request.headers.get("access-control-request-method");
  const headers = {
    "access-control-allow-methods": method === null ? methods : `${methods}, ${method}`,
    "access-control-allow-headers":
      request.headers.get("access-control-request-headers") ?? "authorization, content-type",
    "access-control-max-age": String(PREFLIGHT_SECONDS),
  };
  return new Response(null, { status: 204, headers });
}

/** Lets an allowed origin, by its name, read the answer. */
export function withCors(response: Response, request: Request, env: Env): void {
  response.headers.append("vary", "Origin");
  const origin = request.headers.get("origin");
  if (origin === null || !isAllowed(origin, request, env)) return;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-allow-credentials", "true");
  response.headers.set("access-control-expose-headers", "retry-after");
}
