/** From what came over a boundary to a typed value, or to the contract's error. */
import type { z } from "zod";
import { LilypadError, type Issue } from "./errors.ts";

/** The fields that are `too_large` beyond their limit: what a person wrote, and what a host keeps with things. */
const TOO_LARGE: Record<string, string> = {
  body: "The message is too long.",
  data: "The data is too large.",
};

/** The value as the schema's type. Throws `too_large` where a field of that kind is too long, else `bad_request` with zod's complaints. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue): Issue => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  for (const { code, path } of result.error.issues) {
    const tooLarge = code === "too_big" ? TOO_LARGE[path.join()] : undefined;
    if (tooLarge !== undefined) throw new LilypadError("too_large", tooLarge, { issues });
  }
  throw new LilypadError("bad_request", summary(issues), { issues });
}

function summary(issues: Issue[]): string {
  const first = issues[0];
  if (!first) return "The request is not valid.";
  return first.path ? `${first.path}: ${first.message}` : first.message;
}
