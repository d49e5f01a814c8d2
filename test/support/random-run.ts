/** The amount of random input that a test sends, and its seed: RANDOM_FRAMES and RANDOM_SEED, passed on by vitest.config.ts. */
import { inject } from "vitest";
import { randomFrom, type Random } from "../chaos/support/random.ts";

declare module "vitest" {
  export interface ProvidedContext {
    randomSeed: number | undefined;
    randomFrames: number | undefined;
  }
}

export interface RandomRun {
  frames: number;
  random: Random;
}

/** By default few frames and a new seed in each run. Logs the settings that repeat this run. */
export function randomRun(): RandomRun {
  const seed = inject("randomSeed") ?? Math.floor(Math.random() * 2 ** 32);
  const frames = inject("randomFrames") ?? 1_000;
  console.log(`RANDOM_SEED=${seed} RANDOM_FRAMES=${frames}`);
  return { frames, random: randomFrom(seed) };
}
