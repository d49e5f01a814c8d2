/**
 * Clears what a test file left behind. The files of a project share one workerd, since starting one for each would take
 * longer than most files do; each file is to start as if it were the only one.
 */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, vi } from "vitest";
import { keepSettings } from "./settings.ts";
import { sharedByObjects } from "./shared-by-objects.ts";

const variables = { ...env };
const restoreSettings = await keepSettings();
const { state } = await sharedByObjects();
const { getWebSocketAutoResponseTimestamp } = state;

afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  Object.assign(env, variables);
  // Parsed, they are cached.
  restoreSettings();
  state.getWebSocketAutoResponseTimestamp = getWebSocketAutoResponseTimestamp;
  // Objects, their sockets and what they store.
  await reset();
});
