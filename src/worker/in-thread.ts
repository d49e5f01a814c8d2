/** What all requests to a thread have in common: who asks, the thread's object, and what a stranger learns. */
import { authenticate } from "../auth/authenticate.ts";
import { askObject, type Doors } from "../rpc/call.ts";
import { LilypadError, type ErrorCode } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";
import type { ChatThread } from "../thread/chat-thread.ts";
import type { ApiRequest } from "./api.ts";
import { threadOf } from "./parameters.ts";

/** What a request is refused with before its thread has heard of it. */
const UNSOUND: ReadonlySet<ErrorCode> = new Set(["bad_request", "too_large", "unsupported_media_type"]);

/** A request to a thread. */
interface Asked {
  request: ApiRequest;
  env: Env;
  user: User;
  /** The thread's object, by a new stub for each call. */
  thread: () => Doors<ChatThread>;
}

/**
 * A route to a thread, for its verified caller. A request that is not sound is told so to those alone who may see the
 * thread; to anyone else there is none, whatever they send.
 */
export function inThread(answer: (asked: Asked) => Promise<Response>) {
  return async (request: ApiRequest, env: Env): Promise<Response> => {
    const { user } = await authenticate(request, env);
    const thread = threadOf(request, env);
    try {
      return await answer({ request, env, user, thread });
    } catch (error) {
      if (error instanceof LilypadError && UNSOUND.has(error.code))
        await askObject(thread, (object) => object.view(user));
      throw error;
    }
  };
}
