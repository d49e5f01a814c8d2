/** Requests to Lilypad's HTTP API: JSON in, JSON out, every failure a `RequestError`. */
import type { ErrorCode } from "../../protocol/errors.ts";
import { freshToken, TokenFailure, type GetToken } from "../get-token.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { RequestError } from "./request-error.ts";

/** How long a request may take, from asking for a token to the end of the response. */
const TIMEOUT_MS = 30_000;
/** The message where nothing responded, or something other than Lilypad: a proxy words its errors in its own way. */
const UNREACHABLE = "Lilypad cannot be reached.";

export interface HttpOptions {
  /** The URL of Lilypad, without a slash at the end. */
  origin: string;
  /** Returns a fresh token; undefined where the session cookie signs in. */
  getToken?: GetToken | undefined;
  diagnosis: Pick<Diagnosis, "find" | "reached">;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Sends a request; resolves to the response's JSON, undefined for one without a body. Rejects with a `RequestError`. With
 * `token` it is made by that token instead of what the client signs in with, and may set the session cookie.
 */
export type HttpRequest = <T>(method: Method, path: string, body?: object, token?: string) => Promise<T>;

/** The body of an error response (RFC 9457), as far as the client reads it. */
interface Problem {
  code?: ErrorCode;
  detail?: string;
  retryAfterMs?: number;
}

/** The function through which one client sends its requests. */
export function createHttpRequest(options: HttpOptions): HttpRequest {
  return async <T>(method: Method, path: string, body?: object, token?: string): Promise<T> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      // The signal ends a `fetch`, but not a `getToken` that never settles.
      return await Promise.race([send<T>(options, signal, method, path, body, token), rejectOnAbort(signal)]);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      // Whatever took too long says nothing of whose fault it is.
      throw signal.aborted ? offline(error) : await explain(options, error);
    }
  };
}

/** What a request has failed of that got no answer of Lilypad. */
async function explain({ diagnosis }: HttpOptions, cause: unknown): Promise<RequestError> {
  const { isReachable, fault } = await diagnosis.find();
  if (fault !== undefined) return new RequestError("misconfigured", fault, { cause });
  if (isReachable && cause instanceof TokenFailure)
    return new RequestError("unauthenticated", cause.message, { cause });
  return offline(cause);
}

function offline(cause: unknown): RequestError {
  return new RequestError("offline", UNREACHABLE, { cause });
}

async function send<T>(
  { origin, getToken, diagnosis }: HttpOptions,
  signal: AbortSignal,
  method: Method,
  path: string,
  body: object | undefined,
  givenToken: string | undefined,
): Promise<T> {
  const headers = new Headers();
  const token = givenToken ?? (getToken && (await freshToken(getToken)));
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (body) headers.set("content-type", "application/json");
  // Only where cookies sign in: a Worker rejects a request with `credentials`, and not every platform's types have it.
  const cookies = getToken && givenToken === undefined ? {} : { credentials: "include" as const };
  const init = { method, headers, signal, ...cookies, body: body ? JSON.stringify(body) : null };
  const response = await fetch(origin + path, init);
  const text = await response.text();
  const content: unknown = text === "" ? undefined : JSON.parse(text);
  const { code, detail = UNREACHABLE, retryAfterMs } = response.ok ? {} : (content as Problem);
  // Of something between here and Lilypad, or in its place.
  if (!response.ok && code === undefined) throw new TypeError(`no answer of Lilypad: ${response.status}`);
  diagnosis.reached();
  if (code !== undefined) throw new RequestError(code, detail, { retryAfterMs });
  return content as T;
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}
