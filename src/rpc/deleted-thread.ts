/** The RPC interface of the object that keeps the deletion of a thread until the host's server was sent it. */
import type { Stub } from "./call.ts";

export interface DeletedThread {
  threadId: string;
  epoch: string;
  key?: string;
  /** When, in milliseconds since the epoch. */
  at: number;
}

export interface DeletedThreadRpc {
  /** Keeps a deletion until it is delivered. Idempotent. */
  keepDeletion: (thread: DeletedThread) => Promise<void>;
  /** When the next delivery is tried, in milliseconds since the epoch; null where nothing is kept. */
  deletionDue: () => Promise<number | null>;
}

/** A fresh stub. Its name is neither that of a pair, an array, nor that of a thread with a key. */
export function deletedThreadStub(env: Env, threadId: string): Stub<DeletedThreadRpc> {
  const id = env.CHAT_THREAD.idFromName(JSON.stringify({ deleted: threadId }));
  return env.CHAT_THREAD.get(id) as unknown as Stub<DeletedThreadRpc>;
}
