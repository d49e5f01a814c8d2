/**
 * A test file starts as if it were alone: the files of a project share one workerd (starting one for each would take
 * longer than most files do), so what a file left behind is taken away here.
 */
import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, vi } from "vitest";

const settings = { ...env };
const { getWebSocketAutoResponseTimestamp } = await statePrototype();

/** The runtime's prototype of an object's state, which can be had from within an object only. */
function statePrototype(): Promise<DurableObjectState> {
  const stub = env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId());
  return runInDurableObject(stub, (_instance, ctx) => Object.getPrototypeOf(ctx) as DurableObjectState);
}

afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  Object.assign(env, settings);
  (await statePrototype()).getWebSocketAutoResponseTimestamp = getWebSocketAutoResponseTimestamp;
  // Objects, their sockets and what they store.
  await reset();
});
