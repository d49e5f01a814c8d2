/** What all requests to a thread have in common: who asks, the thread's object, and what a stranger learns. */
import { LilypadError, type ErrorCode } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";
import { callForValue, callObject, type Stub } from "../rpc/call.ts";
import type { Listed } from "../rpc/presence.ts";
import { presenceStubOf } from "../rpc/shards.ts";
import { threadStub, type ThreadRpc, type WriteCommand, type WriteResults } from "../rpc/thread.ts";
import type { AskedBy } from "../rpc/caller.ts";
import type { RoutedRequest } from "./router.ts";
import { threadIdOf } from "./parameters.ts";
import { signedIn, type SignedIn } from "./signed-in.ts";

/** What a request is refused with before its thread is asked. */
const UNSOUND: ReadonlySet<ErrorCode> = new Set(["bad_request", "too_large", "unsupported_media_type"]);

/** A request to a thread. */
export interface ThreadRequest {
  request: RoutedRequest;
  env: Env;
  /** Whoever asks: a user, or the host itself. */
  user: User;
  by: AskedBy;
  threadId: string;
  /** The thread's object, by a new stub for each call. */
  thread: () => Stub<ThreadRpc>;
  /** Runs a command of the user in the thread; throws its refusal. */
  run: <C extends WriteCommand>(command: C) => Promise<WriteResults[C["type"]]>;
}

/**
 * A route to a thread, for its verified caller. That a request is not sound is disclosed to those alone who may see the
 * thread; to anyone else there is none, whatever they send. `callerOf` says who may ask: users and the host, or by
 * `signedInUser` users alone.
 */
export function inThread(
  handle: (asked: ThreadRequest) => Promise<Response>,
  callerOf: (request: Request, env: Env, check: () => unknown) => Promise<SignedIn> = signedIn,
) {
  return async (request: RoutedRequest, env: Env): Promise<Response> => {
    const who = await callerOf(request, env, () => threadIdOf(request, env));
    return inThatThread({ request, env, who, id: threadIdOf(request, env) }, handle);
  };
}

/** The same where the caller and the thread are known, whatever the path calls it. */
export async function inThatThread(
  { request, env, who, id }: { request: RoutedRequest; env: Env; who: SignedIn; id: DurableObjectId },
  handle: (asked: ThreadRequest) => Promise<Response>,
): Promise<Response> {
  const { user, namedAt, byServer } = who;
  const by = byServer ? "server" : undefined;
  const thread = () => threadStub(env, id);
  const run = <C extends WriteCommand>(command: C) =>
    callForValue(thread, (object) => object.run(user, command, namedAt, by));
  try {
    return await handle({ request, env, user, by, threadId: id.toString(), thread, run });
  } catch (error) {
    if (error instanceof LilypadError && UNSOUND.has(error.code))
      await callForValue(thread, (object) => object.view(user));
    throw error;
  }
}

/** Takes a thread off a user's list that does not exist for them. False where it is not on it. `who`: not where they are invited. */
export function removeFromList(env: Env, userId: string, threadId: string, who?: Listed): Promise<boolean> {
  return callObject(
    () => presenceStubOf(env, userId),
    (presence) => presence.removeFromList(userId, threadId, who),
  );
}
