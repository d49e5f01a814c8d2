/** Other settings for the objects, which share one `env` whose parsed settings are cached. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { configOf, type Config } from "../../src/config/config.ts";

/**
 * Until the end of the test, for the Worker and the objects. An object that runs already may have read the former ones:
 * evict it.
 */
export async function useSettings(changes: Partial<Config>): Promise<void> {
  for (const config of new Set([await settings(), configOf(env)])) {
    const before = { ...config };
    Object.assign(config, changes);
    onTestFinished(() => void Object.assign(config, before));
  }
}

/** The same for all tests of a `describe`, which may run at once. */
export function useSettingsForAll(changes: Partial<Config>): void {
  let restore: (() => void)[] = [];
  beforeAll(async () => {
    restore = [...new Set([await settings(), configOf(env)])].map((config) => {
      const before = { ...config };
      Object.assign(config, changes);
      return () => void Object.assign(config, before);
    });
  });
  afterAll(() => {
    for (const one of restore) one();
  });
}

/** As they are now. */
export function settings(): Promise<Config> {
  return runInDurableObject(env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId()), (object) =>
    configOf((object as unknown as { env: Env }).env),
  );
}
