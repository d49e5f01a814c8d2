/** Requests to the Worker with any URL, any body and any settings. */
import { exports } from "cloudflare:workers";
import { z } from "zod";
import { ERROR_STATUS, type ErrorCode } from "../../src/protocol/errors.ts";
import worker from "../../src/worker/index.ts";
import { envWith } from "../auth/tokens.ts";
import { ORIGIN } from "../support/host-users.ts";

type Settings = Parameters<typeof envWith>[0];

/** A request to the Worker; `path` may be a whole URL. */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(new URL(path, ORIGIN), init));
}

/** The same, to a Worker with other settings. The objects keep theirs. */
export function requestWith(settings: Settings, path: string, init: RequestInit = {}): Promise<Response> {
  const asked = new Request(new URL(path, ORIGIN), init) as Parameters<typeof worker.fetch>[0];
  return worker.fetch(asked, envWith(settings));
}

const problem = z.strictObject({
  type: z.literal("about:blank"),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().regex(/^(?!.*\bat .*:\d)./s, "has a stack, or nothing"),
  code: z.enum(Object.keys(ERROR_STATUS) as ErrorCode[]),
  issues: z
    .array(z.strictObject({ path: z.string(), message: z.string().min(1) }))
    .min(1)
    .optional(),
  retryAfterMs: z.int().min(1).optional(),
});
/** Problem details as in the contract. */
type Problem = z.infer<typeof problem>;

/** The problem in a response. Throws where it is none, or not as in the contract. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  const type = response.headers.get("content-type");
  if (type !== "application/problem+json") throw new Error(`${response.status} ${type}: ${text}`);
  const found = problem.parse(JSON.parse(text));
  if (found.status !== response.status || found.status !== ERROR_STATUS[found.code])
    throw new Error(`the status ${response.status} is not that of ${text}`);
  return found;
}

/** A well-formed thread id that no object has. */
export const NO_THREAD = "0123456789abcdef".repeat(4);

/** A binding that lets so many through for each key, and notes the keys. */
export function limiter(most: number) {
  const keys: string[] = [];
  const limit = async ({ key }: { key: string }) => {
    keys.push(key);
    return { success: keys.filter((one) => one === key).length <= most };
  };
  return { keys, limit };
}

/** Settings with these bindings. */
export const withLimits = (bindings: Record<string, ReturnType<typeof limiter>>) =>
  bindings as unknown as Parameters<typeof requestWith>[0];
