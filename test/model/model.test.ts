/** Random programs of several people in a thread: whatever they do, every client ends up with what the thread holds. */
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { person } from "../support/people.ts";
import { checkAgreement, closeAll } from "./check-agreement.ts";
import { programs, type Program } from "./program.ts";
import { report } from "./report.ts";
import { runsOf } from "./runs.ts";
import { ThreadRun, type Users } from "./thread-run.ts";

/** Signing in costs more than a program, and a user's list of threads grows with each: so the people change now and then. */
const PROGRAMS_PER_CAST = 40;
/** So many programs run side by side, each in its own thread: mostly they wait for answers. */
const STREAMS = 4;

const runs = runsOf("model", 200);
const tally = { programs: 0, steps: 0, evictions: 0, violations: 0 };

async function newCast(): Promise<Users> {
  const [Ada, Bo, Cy] = await Promise.all([person("Ada"), person("Bo"), person("Cy")]);
  return { Ada, Bo, Cy };
}

let users: Promise<Users> | undefined;

function presentCast(): Promise<Users> {
  if (tally.programs % PROGRAMS_PER_CAST === 0) users = newCast();
  tally.programs += 1;
  return (users ??= newCast());
}

async function run({ kind, steps }: Program): Promise<void> {
  const threadRun = await ThreadRun.begin(await presentCast(), kind);
  try {
    for (const step of steps) {
      if (threadRun.isOver) break;
      await threadRun.perform(step);
      tally.steps += 1;
    }
    await checkAgreement(threadRun);
  } finally {
    tally.evictions += threadRun.evictions;
    await closeAll(threadRun);
  }
}

afterAll(() => report("model", tally));

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
        tally.violations += 1;
        throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
      }
      expect(details.interrupted).toBe(false);
    },
  );
});
