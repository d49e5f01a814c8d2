/** Requests to Lilypad's HTTP API: JSON in, JSON out, repeated where that does no harm, every failure an `ApiError`. */
import type { ErrorCode, Issue } from "../protocol/errors.ts";
import { ApiError } from "./api-error.ts";

/** How a server makes its requests. */
export interface RequestOptions {
  /** How long one attempt may take, in milliseconds. */
  timeoutMs: number;
  /** How many times a request is repeated at most. */
  retries: number;
  fetch: typeof fetch;
}

export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From `/api` on, with its query. */
  path: string;
  body?: object;
  /** Done twice it is not what it is done once: repeated only where Lilypad says that it did nothing. */
  isOnce?: true;
}

/** Sends a request and resolves to the answer's JSON, undefined for one without a body. Rejects with an `ApiError`. */
export type Send = <T>(request: ApiRequest) => Promise<T>;

/** Longer than this nobody waits for a rate limit: the caller learns of it instead. */
const LONGEST_WAIT_MS = 10_000;
const FIRST_WAIT_MS = 250;

/** `token` returns what authenticates each attempt. */
export function sender(origin: string, token: () => Promise<string>, options: RequestOptions): Send {
  return async <T>(request: ApiRequest): Promise<T> => {
    let isRepeated = false;
    for (let attempt = 0; ; attempt++) {
      try {
        return (await attemptOnce(origin, await token(), request, options)) as T;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // The attempt before, whose answer was lost, has done it.
        if (isRepeated && request.method === "DELETE" && isGone(error)) return undefined as T;
        const wait = attempt < options.retries ? waitBefore(attempt, request, error) : undefined;
        if (wait === undefined) throw error;
        isRepeated ||= error.code !== "rate_limited";
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  };
}

const isGone = ({ code }: ApiError) => code === "not_found" || code === "gone";

/** How long to wait before the next attempt, in milliseconds; undefined where there is to be none. */
function waitBefore(attempt: number, { isOnce }: ApiRequest, error: ApiError): number | undefined {
  const { code, status, retryAfterMs } = error;
  const isTransient = code === "unavailable" || (code === "unreachable" && (status === 0 || status >= 500));
  if (code !== "rate_limited" && (isOnce || !isTransient)) return undefined;
  const backOff = FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random());
  const wait = Math.max(backOff, retryAfterMs ?? 0);
  return wait > LONGEST_WAIT_MS ? undefined : wait;
}

async function attemptOnce(
  origin: string,
  token: string,
  { method, path, body }: ApiRequest,
  options: RequestOptions,
): Promise<unknown> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (body) headers.set("content-type", "application/json");
  let response: Response;
  let text: string;
  try {
    response = await options.fetch.call(undefined, origin + path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      // Lilypad sends nobody elsewhere, and the token is for nobody else.
      redirect: "manual",
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    text = await response.text();
  } catch (cause) {
    throw new ApiError(
      { code: "unreachable", detail: `Lilypad did not answer ${method} ${path}.` },
      { cause },
    );
  }
  const answer = parsed(text);
  if (response.ok && (answer !== undefined || text === "")) return answer;
  throw refusal(response, answer as Problem | undefined, `${method} ${path}`);
}

/** The body of a refusal (RFC 9457). */
interface Problem {
  code?: ErrorCode;
  detail?: string;
  issues?: Issue[];
}

function refusal({ status, headers }: Response, problem: Problem | undefined, what: string): ApiError {
  const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
  const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined;
  // Of something between here and Lilypad, or in its place.
  if (!problem?.code) {
    const detail = `Not Lilypad, or something on the way to it, answered ${what}: ${status}.`;
    return new ApiError({ code: "unreachable", detail, status, retryAfterMs });
  }
  const { code, detail = code, issues } = problem;
  return new ApiError({ code, detail, status, issues, retryAfterMs });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
