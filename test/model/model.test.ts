/** Random programs of several users in a thread: every client ends up with what the thread stores. */
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { person } from "../support/host-users.ts";
import { useSettingsForAll } from "../support/settings.ts";
import { checkAgreement, closeAll } from "./check-agreement.ts";
import { programs, type Program } from "./program.ts";
import { report } from "./report.ts";
import { MODEL_SETTINGS, runsOf } from "./runs.ts";
import type { Users } from "./modelled-thread.ts";
import { ThreadRun } from "./thread-run.ts";

useSettingsForAll(MODEL_SETTINGS);

/** So many programs share their users: signing in takes longer than a program, but each adds to the users' lists of threads. */
const PROGRAMS_PER_USERS = 40;
/** Programs that run concurrently, each in its own thread: mostly they wait for replies. */
const STREAMS = 4;

const runs = runsOf("model", 200);
const counts = { programs: 0, steps: 0, evictions: 0, violations: 0 };

async function newUsers(): Promise<Users> {
  const [Ada, Bo, Cy] = await Promise.all([person("Ada"), person("Bo"), person("Cy")]);
  return { Ada, Bo, Cy };
}

let users: Promise<Users> | undefined;

function currentUsers(): Promise<Users> {
  if (counts.programs % PROGRAMS_PER_USERS === 0) users = newUsers();
  counts.programs += 1;
  return (users ??= newUsers());
}

async function run({ kind, isCrowded, steps }: Program): Promise<void> {
  const threadRun = await ThreadRun.begin(await currentUsers(), kind, isCrowded);
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

afterAll(() => report("model", counts));

describe.concurrent.each(Array.from({ length: STREAMS }, (_, i) => i + 1))("stream %i", (stream) => {
  it(
    "a snapshot and the events after it equal the state that a new client receives",
    { timeout: runs.timeout },
    async () => {
      const details = await fc.check(fc.asyncProperty(programs, run), {
        seed: runs.seed + stream,
        numRuns: Math.ceil(runs.numRuns / STREAMS),
      });
      if (details.failed) {
        counts.violations += 1;
        throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
      }
      expect(details.interrupted).toBe(false);
    },
  );
});
