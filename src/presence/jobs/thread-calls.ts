/** Calls to threads that a job makes: one attempt each, since what does not answer is called again in a later step of the job. */
import { callObject } from "../../rpc/call.ts";
import { threadStub, type ThreadRpc } from "../../rpc/thread.ts";

/**
 * Threads that are called in one step of a job: half of the subrequests that the free plan allows an invocation, in which the
 * alarm's other duties call shards.
 */
export const THREADS_PER_STEP = 25;

/** Calls threads; resolves with those that did not answer. */
export async function callThreads(
  env: Env,
  threadIds: readonly string[],
  call: (thread: Pick<ThreadRpc, "profileChanged" | "revoked">) => Promise<void>,
): Promise<string[]> {
  const results = await Promise.allSettled(
    threadIds.map((id) =>
      callObject(() => threadStub(env, env.CHAT_THREAD.idFromString(id)), call, { attempts: 1 }),
    ),
  );
  return threadIds.filter((_id, i) => results[i]?.status === "rejected");
}
