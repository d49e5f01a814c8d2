/** Other settings for the objects, which share one `env` whose parsed settings are cached. */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { configOf, type Config } from "../../src/config/config.ts";
import { sharedByObjects } from "./shared-by-objects.ts";

/** Where a test does more than users may. */
export const UNLIMITED: Partial<Config> = {
  rateLimits: false,
  rate: { burst: 0, per10s: 0 },
  userRate: { burst: 0, per10s: 0 },
  openRate: { burst: 0, per10s: 0 },
};

/**
 * Until the end of the test, for the Worker and the objects. An object that runs already may have read the former ones:
 * evict it.
 */
export async function useSettings(changes: Partial<Config>): Promise<void> {
  onTestFinished(await keepSettings());
  await change(changes);
}

/** The same for all tests of a `describe`, which may run at once. */
export function useSettingsForAll(changes: Partial<Config>): void {
  let restore = () => {};
  beforeAll(async () => {
    restore = await keepSettings();
    await change(changes);
  });
  afterAll(() => restore());
}

/** All of them as they are now, of the Worker and the objects: resolves with what sets them to it again. */
export async function keepSettings(): Promise<() => void> {
  const kept = [...new Set([await settings(), configOf(env)])].map(
    (config) => [config, { ...config }] as const,
  );
  return () => {
    for (const [config, before] of kept) Object.assign(config, before);
  };
}

async function change(changes: Partial<Config>): Promise<void> {
  for (const config of [await settings(), configOf(env)]) Object.assign(config, changes);
}

/** As they are now. */
export async function settings(): Promise<Config> {
  return configOf((await sharedByObjects()).env);
}
