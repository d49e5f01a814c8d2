/** How many programs are run and from which seed: MODEL_RUNS and MODEL_SEED, handed on by vitest.config.ts. */
import { inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    modelSeed: number | undefined;
    modelRuns: number | undefined;
  }
}

export interface Runs {
  seed: number;
  numRuns: number;
  /** Only ever spent on failure: shrinking runs a program many times, each of which may wait for what never comes. */
  timeout: number;
}

/** The runs of a test, `quick` many if nothing else is asked for. Says how to repeat them. */
export function runsOf(name: string, quick: number): Runs {
  const seed = inject("modelSeed") ?? Date.now() % 2 ** 31;
  const numRuns = inject("modelRuns") ?? quick;
  console.log(`${name}: MODEL_SEED=${seed} MODEL_RUNS=${numRuns}`);
  return { seed, numRuns, timeout: 600_000 + numRuns * 1_000 };
}
