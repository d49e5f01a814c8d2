/**
 * The caller's threads, as a front end wants them that draws its chats from this list alone. A request may make 50 calls on
 * Cloudflare's free plan, so the most recently active threads come with a page of messages, and the others, of which the
 * list itself says enough, with the newest one, shortened.
 */
import { ReactionNames } from "../../config/reaction-names.ts";
import { LilypadError } from "../../protocol/errors.ts";
import type { ChatThreadShape } from "../../protocol/first-front-end.ts";
import { CHAT_LIST_THREADS, CHAT_LIST_WHOLE_THREADS } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { callForValue } from "../../rpc/call.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { threadStub } from "../../rpc/thread.ts";
import { wholeThread } from "./numbered-thread.ts";
import { summaryShape, threadShape, type Reader } from "./shapes.ts";

export async function threadList(env: Env, user: User): Promise<ChatThreadShape[]> {
  const { threads } = await callForValue(
    () => presenceStubOf(env, user.id),
    (presence) => presence.threads(user.id, { limit: CHAT_LIST_THREADS }),
  );
  const reader: Reader = { user, reactionNames: new ReactionNames(env) };
  const recent = await Promise.all(
    threads.slice(0, CHAT_LIST_WHOLE_THREADS).map(({ id }) => seenThread(env, id, reader)),
  );
  const others = threads.slice(CHAT_LIST_WHOLE_THREADS).map((summary) => summaryShape(summary, reader));
  return [...recent, ...others].filter((shape) => shape !== undefined);
}

/** Undefined for one that the reader may not see (any more): the list is a little behind. */
async function seenThread(env: Env, threadId: string, reader: Reader): Promise<ChatThreadShape | undefined> {
  const thread = () => threadStub(env, env.CHAT_THREAD.idFromString(threadId));
  try {
    const whole = await wholeThread({ thread, reader });
    return threadShape(whole.thread, whole.messages, reader);
  } catch (error) {
    if (error instanceof LilypadError && error.code === "not_found") return undefined;
    throw error;
  }
}
