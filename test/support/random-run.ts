/** How much random input a test sends, and from which seed: RANDOM_FRAMES and RANDOM_SEED, passed on by vitest.config.ts. */
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

/** Few frames where nothing else is asked for: every run has others. Logs how to repeat this one. */
export function randomRun(): RandomRun {
  const seed = inject("randomSeed") ?? Math.floor(Math.random() * 2 ** 32);
  const frames = inject("randomFrames") ?? 1_000;
  console.log(`RANDOM_SEED=${seed} RANDOM_FRAMES=${frames}`);
  return { frames, random: randomFrom(seed) };
}
