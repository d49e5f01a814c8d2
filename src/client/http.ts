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

export interface HttpRequest {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: object;
}

/** Asks `path` and gives the answer's JSON; undefined for an answer without a body. */
export async function ask<T>(options: HttpOptions, path: string, request: HttpRequest = {}): Promise<T> {
  const response = await reach(options, path, request);
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function reach(options: HttpOptions, path: string, request: HttpRequest): Promise<Response> {
  const headers = new Headers();
  if (options.getToken) headers.set("authorization", `Bearer ${await options.getToken()}`);
  if (request.body) headers.set("content-type", "application/json");
  // Not written into the call: where the client is compiled without a browser's types, `credentials` is none.
  const init = {
    method: request.method ?? "GET",
    headers,
    signal: AbortSignal.timeout(ANSWER_MS),
    credentials: options.getToken ? ("omit" as const) : ("include" as const),
    ...(request.body && { body: JSON.stringify(request.body) }),
  };
  try {
    return await fetch(options.origin + path, init);
  } catch {
    throw new RequestError("offline", "Lilypad cannot be reached.");
  }
}

async function refusal(response: Response): Promise<RequestError> {
  try {
    const problem = (await response.json()) as { code?: ErrorCode; detail?: string; title?: string };
    const message = problem.detail ?? problem.title ?? "The request was refused.";
    return new RequestError(problem.code ?? "internal", message);
  } catch {
    // Not Lilypad's own answer: a proxy's error page, for one.
    return new RequestError(response.status === 503 ? "unavailable" : "internal", "Something went wrong.");
  }
}

/** `?a=1&b=2` of what is not undefined; empty where nothing is. */
export function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size > 0 ? `?${search}` : "";
}
