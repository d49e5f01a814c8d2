/** How others reach a thread's object. */
import type { Doors } from "./call.ts";
import type { ChatThread } from "../thread/chat-thread.ts";

/** A fresh stub. Stubs are not kept: one that has thrown may be broken for good. */
export function chatThread(env: Env, id: DurableObjectId): Doors<ChatThread> {
  return env.CHAT_THREAD.get(id) as unknown as Doors<ChatThread>;
}
