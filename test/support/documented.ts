/** Holds every answer that tests get from the Worker to what src/api-docs says of it. */
import { errorsOf } from "../../src/api-docs/openapi.ts";
import type { Operation } from "../../src/api-docs/operations/operation.ts";
import { operations } from "../../src/api-docs/operations/operations.ts";
import { ERROR_STATUS } from "../../src/protocol/errors.ts";
import { problemDetails } from "../../src/protocol/http.ts";

const documented = Object.entries(operations)
  // `/api/users/:userId` after what has no parameter there.
  .toSorted(([a], [b]) => Number(a.includes(":")) - Number(b.includes(":")))
  .map(([route, operation]) => {
    const [method = "", path = ""] = route.split(" ");
    return { method, path, operation, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`) };
  });

/**
 * Throws where an answer has another status, or another body, than src/api-docs/operations says: add what is new there. Of
 * paths and methods that do not exist nothing is said.
 */
export async function requireDocumented(method: string, url: string, answer: Response): Promise<void> {
  const { pathname } = new URL(url);
  const route = documented.find((one) => one.method === method && one.pattern.test(pathname));
  if (!route || answer.status === 101) return;
  const { path, operation } = route;
  const fail = (why: string): never => {
    throw new Error(
      `${method} ${path} answered ${answer.status}, not as src/api-docs/operations says: ${why}`,
    );
  };
  const text = await answer.clone().text();
  const described = operation.answers[answer.status];
  if (!described && !isError(path, method, operation, answer.status)) fail(`no such status; ${text}`);
  const schema = described ? described[1] : problemDetails;
  if (!schema) return text === "" ? undefined : fail(`a body, ${text}`);
  const body: unknown = JSON.parse(text);
  const result = schema.safeParse(body);
  if (!result.success) return fail(`${result.error.message} of ${text}`);
  const unknown = unknownKeys(body, result.data);
  if (unknown.length > 0) fail(`the schema has no ${unknown.join(", ")}; ${text}`);
}

function isError(path: string, method: string, operation: Operation, status: number): boolean {
  return errorsOf(path, method, operation).some((code) => ERROR_STATUS[code] === status);
}

/** The keys of a value that its schema has left out. Without recursion: `data` of a thread may be 2,000 levels deep. */
function unknownKeys(value: unknown, parsed: unknown): string[] {
  const unknown: string[] = [];
  const pending = [{ one: value, known: parsed, path: "" }];
  for (const { one, known, path } of pending) {
    if (typeof one !== "object" || one === null) continue;
    const kept = known as Record<string, unknown>;
    for (const [key, child] of Object.entries(one)) {
      if (key in kept) pending.push({ one: child, known: kept[key], path: `${path}${key}.` });
      else unknown.push(path + key);
    }
  }
  return unknown;
}
