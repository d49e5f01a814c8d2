/**
 * Clears what a test file left behind. The files of a project share one workerd, since starting one for each would take
 * longer than most files do; each file is to start as if it were the only one.
 */
import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, vi } from "vitest";
import { keepSettings } from "./settings.ts";

const variables = { ...env };
const restoreSettings = await keepSettings();
const { getWebSocketAutoResponseTimestamp } = await statePrototype();

/** The runtime's prototype of an object's state, which is accessible from within an object only. */
function statePrototype(): Promise<DurableObjectState> {
  const stub = env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId());
  return runInDurableObject(stub, (_instance, ctx) => Object.getPrototypeOf(ctx) as DurableObjectState);
}

afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  Object.assign(env, variables);
  // Parsed, they are cached.
  restoreSettings();
  (await statePrototype()).getWebSocketAutoResponseTimestamp = getWebSocketAutoResponseTimestamp;
  // Objects, their sockets and what they store.
  await reset();
});
