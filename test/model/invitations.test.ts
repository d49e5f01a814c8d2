/** Random programs of invitations, message requests and blocks: everyone is answered, and sees, what the model says. */
import * as fc from "fast-check";
import { reset } from "cloudflare:test";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { startClock } from "../cost/clock.ts";
import { person } from "../support/host-users.ts";
import { useSettings, useSettingsForAll } from "../support/settings.ts";
import { invitationPrograms, type InvitationStep } from "./invitation-program.ts";
import { InvitationRun } from "./invitation-run.ts";
import { report } from "./report.ts";
import { MODEL_SETTINGS, runsOf } from "./runs.ts";

useSettingsForAll(MODEL_SETTINGS);

const runs = runsOf("invitations", 25);
const counts = { programs: 0, steps: 0, violations: 0 };

beforeEach(async () => {
  startClock();
  await useSettings({ contactPolicy: "consent" });
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});
afterAll(() => report("invitations", counts));

async function run(steps: readonly InvitationStep[]): Promise<void> {
  const [Ada, Bo, Cy] = await Promise.all([person("Ada"), person("Bo"), person("Cy")]);
  const invitationRun = await InvitationRun.begin({ Ada, Bo, Cy });
  counts.programs += 1;
  try {
    for (const step of steps) {
      await invitationRun.perform(step);
      counts.steps += 1;
    }
  } finally {
    await invitationRun.end();
  }
}

it(
  "everyone sees the invitations that they may, live and on a new request",
  { timeout: runs.timeout },
  async () => {
    const details = await fc.check(fc.asyncProperty(invitationPrograms, run), {
      seed: runs.seed,
      numRuns: runs.numRuns,
    });
    if (details.failed) {
      counts.violations += 1;
      throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
    }
    expect(details.interrupted).toBe(false);
  },
);
