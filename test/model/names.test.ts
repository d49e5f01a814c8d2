/** Random programs in which hosts rename their users: what was sent live, or on a resume, equals what a new client receives. */
import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { person } from "../support/host-users.ts";
import { useSettingsForAll } from "../support/settings.ts";
import { checkAgreement, closeAll } from "./check-agreement.ts";
import { namedPrograms, type Program } from "./program.ts";
import { report } from "./report.ts";
import { MODEL_SETTINGS, runsOf } from "./runs.ts";
import { ThreadRun } from "./thread-run.ts";

useSettingsForAll(MODEL_SETTINGS);

const runs = runsOf("names", 40);
const counts = { programs: 0, steps: 0, evictions: 0, violations: 0 };

async function run({ kind, steps }: Program): Promise<void> {
  const [Ada, Bo, Cy] = await Promise.all([person("Ada"), person("Bo"), person("Cy")]);
  const threadRun = await ThreadRun.begin({ Ada, Bo, Cy }, kind);
  counts.programs += 1;
  try {
    for (const step of steps) {
      if (threadRun.isOver) break;
      await threadRun.perform(step);
      counts.steps += 1;
    }
    await checkAgreement(threadRun);
  } finally {
    counts.evictions += threadRun.evictions;
    await closeAll(threadRun);
  }
}

afterAll(() => report("names", counts));

it("every client shows everyone by the name that a new client shows", { timeout: runs.timeout }, async () => {
  const details = await fc.check(fc.asyncProperty(namedPrograms, run), {
    seed: runs.seed,
    numRuns: runs.numRuns,
  });
  if (details.failed) {
    counts.violations += 1;
    throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  }
  expect(details.interrupted).toBe(false);
});
