/** Objects lose their memory between any two steps of what people do, and nobody can tell. */
import * as fc from "fast-check";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { reset } from "cloudflare:test";
import { person } from "../support/people.ts";
import { Life, Violation } from "./life.ts";
import { lives, type LifeStep } from "./life-program.ts";
import { outcomeOf } from "./outcome.ts";
import { report } from "./report.ts";
import { runsOf } from "./runs.ts";

const runs = runsOf("evictions", 10);
const tally = { rounds: 0, steps: 0, evictions: 0, socketsLost: 0, ghosts: 0, differences: 0 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});
afterAll(() => report("evictions", tally));

/** Lives through the steps, with or without evictions; what was seen. */
async function live(steps: readonly LifeStep[], isEvicting: boolean): Promise<unknown> {
  const [Ada, Bo, Cy] = await Promise.all([person("Ada"), person("Bo"), person("Cy")]);
  const life = await Life.begin({ Ada, Bo, Cy });
  try {
    for (const step of steps) {
      if (life.world.isOver) break;
      await life.perform(step);
      // Before what the step leads to was told, too: what is owed must outlive memory.
      if (isEvicting) await life.world.evict("thread");
      await life.settle();
      if (isEvicting) await Promise.all([life.world.evict("thread"), life.world.evict("shards")]);
      tally.steps += 1;
    }
    return outcomeOf(life);
  } finally {
    tally.evictions += life.world.evictions;
    await life.end();
  }
}

async function round(steps: LifeStep[]): Promise<void> {
  tally.rounds += 1;
  const plain = await live(steps, false);
  const evicted = await live(steps, true);
  expect(evicted, "what is seen with evictions, and without").toEqual(plain);
}

it(
  "evicting objects between any two steps changes nothing that a client receives",
  { timeout: runs.timeout },
  async () => {
    const details = await fc.check(fc.asyncProperty(lives, round), runs);
    if (!details.failed) return;
    const { errorInstance } = details;
    if (!(errorInstance instanceof Violation)) tally.differences += 1;
    else if (errorInstance.what === "ghost") tally.ghosts += 1;
    else tally.socketsLost += 1;
    throw new Error(fc.defaultReportMessage(details), { cause: errorInstance });
  },
);
