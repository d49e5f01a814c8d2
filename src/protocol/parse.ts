/** From what came over a boundary to a typed value, or to the contract's error. */
import type { z } from "zod";
import { LilypadError, type Issue } from "./errors.ts";

/** The value as the schema's type. Throws `too_large` where a message body is too long, else `bad_request` with zod's complaints. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue): Issue => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  const bodyTooLong = result.error.issues.some(
    (issue) => issue.code === "too_big" && issue.path.join() === "body",
  );
  if (bodyTooLong) throw new LilypadError("too_large", "The message is too long.", { issues });
  throw new LilypadError("bad_request", summary(issues), { issues });
}

function summary(issues: Issue[]): string {
  const first = issues[0];
  if (!first) return "The request is not valid.";
  return first.path ? `${first.path}: ${first.message}` : first.message;
}
