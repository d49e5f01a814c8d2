/** The number of programs to run, and their seed: MODEL_RUNS and MODEL_SEED, passed on by vitest.config.ts. */
import { inject } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { ROOM_SOCKETS } from "../../src/protocol/limits.ts";
import { UNLIMITED } from "../support/settings.ts";

declare module "vitest" {
  export interface ProvidedContext {
    modelSeed: number | undefined;
    modelRuns: number | undefined;
  }
}

export interface Runs {
  seed: number;
  numRuns: number;
  /** In milliseconds. Reached on failure only: shrinking runs a program many times, and each may wait for a missing event. */
  timeout: number;
}

/** Without rate limits, which would answer most of a program, and without relays. */
export const MODEL_SETTINGS: Partial<Config> = { ...UNLIMITED, roomSockets: ROOM_SOCKETS };

/** The runs of a test, by default `quick` many. Logs the settings that repeat them. */
export function runsOf(name: string, quick: number): Runs {
  const seed = inject("modelSeed") ?? Date.now() % 2 ** 31;
  const numRuns = inject("modelRuns") ?? quick;
  console.log(`${name}: MODEL_SEED=${seed} MODEL_RUNS=${numRuns}`);
  return { seed, numRuns, timeout: 600_000 + numRuns * 1_000 };
}
