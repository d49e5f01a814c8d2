/** What a path and a query name, parsed before anything is done with it. */
import { z } from "zod";
import { LilypadError } from "../protocol/errors.ts";
import { seqParam } from "../protocol/http.ts";
import { KEY_PREFIX } from "../protocol/key-prefix.ts";
import { emoji, threadKey, userId } from "../protocol/fields.ts";
import { parse } from "../protocol/parse.ts";
import { idOfKey } from "../rpc/thread.ts";

/** As itty-router leaves them on a request: still percent-encoded. */
interface Params {
  params: Record<string, string>;
}

/**
 * The id of the thread's object, or `not_found` before any object starts. Upper case would be a second name for the same
 * thread.
 */
export function threadIdOf(request: Params, env: Env): DurableObjectId {
  const text = request.params["threadId"] ?? "";
  try {
    if (/^[0-9a-f]{64}$/.test(text)) return env.CHAT_THREAD.idFromString(text);
    const key = keyIn(request);
    if (key !== undefined) return idOfKey(env, parse(threadKey, key));
  } catch {
    // Of another namespace, made up, or no key.
  }
  throw new LilypadError("not_found", "There is no such thread.");
}

/** The key that a path names a thread by. Throws `bad_request`, or `not_found` where it is named otherwise. */
export function threadKeyOf(request: Params): string {
  const key = keyIn(request);
  if (key === undefined)
    throw new LilypadError("not_found", `Only threads by key are made so: /api/threads/${KEY_PREFIX}KEY`);
  return parse(z.object({ key: threadKey }), { key }).key;
}

/** What follows `key:`; undefined where a path names a thread otherwise. Throws `bad_request` where it is not percent-encoded. */
function keyIn(request: Params): string | undefined {
  const name = decoded(request, "threadId");
  return name.startsWith(KEY_PREFIX) ? name.slice(KEY_PREFIX.length) : undefined;
}

export function seqOf({ params }: Params): number {
  return parse(z.object({ seq: seqParam }), { seq: params["seq"] }).seq;
}

export function userIdOf(request: Params): string {
  return parse(z.object({ userId }), { userId: decoded(request, "userId") }).userId;
}

export function emojiOf(request: Params): string {
  return parse(z.object({ emoji }), { emoji: decoded(request, "emoji") }).emoji;
}

/** A query's parameters as the schema's type. One that is given twice counts as its first. */
export function query<S extends z.ZodType>(request: Request, schema: S): z.output<S> {
  const { searchParams } = new URL(request.url);
  const values = [...new Set(searchParams.keys())].map((key) => [key, searchParams.get(key)]);
  return parse(schema, Object.fromEntries(values));
}

function decoded({ params }: Params, name: string): string {
  try {
    return decodeURIComponent(params[name] ?? "");
  } catch {
    throw new LilypadError("bad_request", "The path is not percent-encoded UTF-8.");
  }
}
