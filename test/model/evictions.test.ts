/** Objects are evicted between any two steps of a program: clients must receive the same as without. */
import * as fc from "fast-check";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { reset } from "cloudflare:test";
import { keepHeartbeatsFresh } from "../cost/clock.ts";
import { person } from "../support/host-users.ts";
import { useSettingsForAll } from "../support/settings.ts";
import { PresenceRun, Violation } from "./presence-run.ts";
import { presencePrograms, type PresenceStep } from "./presence-program.ts";
import { comparableEvents } from "./comparable-events.ts";
import { report } from "./report.ts";
import { MODEL_SETTINGS, runsOf } from "./runs.ts";

useSettingsForAll(MODEL_SETTINGS);

const runs = runsOf("evictions", 10);
const counts = { rounds: 0, steps: 0, evictions: 0, socketsLost: 0, wrongStates: 0, differences: 0 };

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  // These clients send no heartbeats.
  await keepHeartbeatsFresh();
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});
afterAll(() => report("evictions", counts));

/** Runs the steps, with or without evictions. Returns what the clients received. */
async function runSteps(steps: readonly PresenceStep[], isEvicting: boolean): Promise<unknown> {
  const [Ada, Bo, Cy] = await Promise.all([person("Ada"), person("Bo"), person("Cy")]);
  const run = await PresenceRun.begin({ Ada, Bo, Cy });
  try {
    for (const step of steps) {
      if (run.threadRun.isOver) break;
      await run.perform(step);
      // Also before the notifications of the step were sent: they must survive the eviction.
      if (isEvicting) await run.threadRun.evict("thread");
      await run.settle();
      if (isEvicting) await Promise.all([run.threadRun.evict("thread"), run.threadRun.evict("shards")]);
      counts.steps += 1;
    }
    return comparableEvents(run);
  } finally {
    counts.evictions += run.threadRun.evictions;
    await run.end();
  }
}

async function round(steps: PresenceStep[]): Promise<void> {
  counts.rounds += 1;
  const plain = await runSteps(steps, false);
  const evicted = await runSteps(steps, true);
  expect(evicted, "received with evictions, and without").toEqual(plain);
}

it(
  "evicting objects between any two steps changes nothing that a client receives",
  { timeout: runs.timeout },
  async () => {
    const details = await fc.check(fc.asyncProperty(presencePrograms, round), runs);
    if (!details.failed) return;
    const { errorInstance } = details;
    if (!(errorInstance instanceof Violation)) counts.differences += 1;
    else if (errorInstance.what === "wrong state") counts.wrongStates += 1;
    else counts.socketsLost += 1;
    throw new Error(fc.defaultReportMessage(details), { cause: errorInstance });
  },
);
