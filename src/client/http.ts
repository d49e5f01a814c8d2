/** Requests to Lilypad's HTTP API: JSON in, JSON out, problem+json as a `RequestError`. */
import type { ErrorCode } from "../protocol/errors.ts";
import { RequestError } from "./request-error.ts";

/** How long an answer may take. A request that a dead network swallowed would otherwise never end. */
const ANSWER_MS = 30_000;

export interface HttpOptions {
  /** Where Lilypad is, without a slash at the end. */
  origin: string;
  /** Gives the host application's JWT; absent where the session cookie signs in. */
  getToken?: (() => Promise<string> | string) | undefined;
}

/** Asks, and gives the answer's JSON; undefined for an answer without a body. Rejects with a `RequestError`. */
export type Ask = <T>(method: Method, path: string, body?: object) => Promise<T>;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The requests of one client. */
export function asking({ origin, getToken }: HttpOptions): Ask {
  return async (method, path, body) => {
    const headers = new Headers();
    if (getToken) headers.set("authorization", `Bearer ${await getToken()}`);
    if (body) headers.set("content-type", "application/json");
    // Cookies are a browser's: Workers refuse a request that speaks of `credentials`. Nor are they in every platform's types.
    const cookies = getToken ? {} : { credentials: "include" as const };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const init = { method, headers, signal, ...cookies, body: body ? JSON.stringify(body) : null };
    const response = await fetch(origin + path, init).catch(() => {
      throw new RequestError("offline", "Lilypad cannot be reached.");
    });
    if (!response.ok) throw await refusal(response);
    return response.status === 204 ? (undefined as never) : response.json();
  };
}

async function refusal(response: Response): Promise<RequestError> {
  // Nothing of ours where it is not Lilypad's own answer: a proxy's error page, for one.
  const problem = (await response.json().catch(() => ({}))) as { code?: ErrorCode; detail?: string };
  const code = problem.code ?? (response.status === 503 ? "unavailable" : "internal");
  return new RequestError(code, problem.detail ?? "Something went wrong.");
}

/** A path of these parts, each encoded. */
export function pathOf(...parts: readonly string[]): string {
  return ["/api", ...parts.map(encodeURIComponent)].join("/");
}

/** `?a=1&b=2` of what is not undefined. */
export function query(parameters: Record<string, string | number | undefined>): string {
  // JSON leaves out what is undefined.
  return `?${new URLSearchParams(JSON.parse(JSON.stringify(parameters)) as Record<string, string>)}`;
}
