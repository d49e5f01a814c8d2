/** Requests to Lilypad's HTTP API: JSON in, JSON out, problem+json as a `RequestError`. */
import type { ErrorCode } from "../../protocol/errors.ts";
import { RequestError } from "./request-error.ts";

/** How long a token and then an answer may take. A request that a dead network swallowed would otherwise never end. */
const ANSWER_MS = 30_000;
/** Said where nothing was answered, or not by Lilypad: a proxy has its own ways to say that something is wrong. */
const UNREACHABLE = "Lilypad cannot be reached.";

interface Problem {
  code?: ErrorCode;
  detail?: string;
}

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
  return async <T>(method: Method, path: string, body?: object): Promise<T> => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = async (): Promise<T> => {
      const headers = new Headers();
      if (getToken) headers.set("authorization", `Bearer ${await getToken()}`);
      if (body) headers.set("content-type", "application/json");
      // Cookies are a browser's: Workers refuse a request that speaks of `credentials`. Nor are they in every platform's types.
      const cookies = getToken ? {} : { credentials: "include" as const };
      const init = { method, headers, signal, ...cookies, body: body ? JSON.stringify(body) : null };
      const response = await fetch(origin + path, init);
      if (response.status === 204) return undefined as T;
      const said = await response.json();
      if (response.ok) return said as T;
      const { code = "offline", detail = UNREACHABLE } = said as Problem;
      throw new RequestError(code, detail);
    };
    // The signal ends a `fetch`, and not a token that never comes.
    const late = new Promise<never>((_, reject) => signal.addEventListener("abort", reject));
    return Promise.race([answer(), late]).catch((error: unknown) => {
      throw error instanceof RequestError
        ? error
        : new RequestError("offline", UNREACHABLE, { cause: error });
    });
  };
}

/** A path of these parts, each encoded. */
export function pathOf(...parts: readonly string[]): string {
  return ["/api", ...parts.map(encodeURIComponent)].join("/");
}

/** `?a=1&b=2` of what is not undefined. */
export function query(parameters: Record<string, string | number | undefined> = {}): string {
  // JSON leaves out what is undefined.
  return `?${new URLSearchParams(JSON.parse(JSON.stringify(parameters)) as Record<string, string>)}`;
}
