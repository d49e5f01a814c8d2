/** What all objects of this workerd share, and is accessible from within one only. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

interface SharedByObjects {
  env: Env;
  /** The runtime's prototypes. */
  state: DurableObjectState;
  storage: DurableObjectStorage;
  sql: SqlStorage;
}

let shared: Promise<SharedByObjects> | undefined;

/** It stays the same: it is asked for once, since each answer takes an object of its own. */
export function sharedByObjects(): Promise<SharedByObjects> {
  shared ??= runInDurableObject(env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId()), (object, ctx) => ({
    env: (object as unknown as { env: Env }).env,
    state: Object.getPrototypeOf(ctx) as DurableObjectState,
    storage: Object.getPrototypeOf(ctx.storage) as DurableObjectStorage,
    sql: Object.getPrototypeOf(ctx.storage.sql) as SqlStorage,
  }));
  return shared;
}
