/** Measures what `npm run cost` bills: every action once, in the code as it is, and prints it as a line for the script. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { threadStub } from "../../support/objects.ts";
import { everyoneAlwaysPings, startClock } from "../clock.ts";
import { events } from "../counts.ts";
import { reportLine } from "../measured.ts";
import { measuredActions } from "./actions.ts";
import { askedUse } from "./asked.ts";
import { castFor } from "./cast.ts";
import { bytesOf, measuredStorage } from "./stored.ts";

beforeEach(async () => {
  startClock();
  await everyoneAlwaysPings();
});
afterEach(() => {
  vi.useRealTimers();
});

it("counts every action as it is done", { timeout: 600_000 }, async () => {
  const use = askedUse();
  const cast = await castFor(use);
  const threadBytes = await bytesOf(threadStub(cast.thread.id));
  const actions = await measuredActions(use, cast);
  const stored = await measuredStorage(use, threadBytes);
  console.log(
    reportLine({
      actions,
      stored,
      shards: Number(env.PRESENCE_SHARDS),
      shardsConcerned: cast.shardsConcerned,
    }),
  );
  // Every action ran, and where somebody asks something of the Worker, it heard. What each may cost is asserted by the
  // costs' own tests, so that a bill can be had for code that costs too much.
  for (const { worker, thread, presence, relay } of Object.values(actions)) {
    expect(worker + events(thread) + events(presence)).toBeGreaterThan(0);
    // Rooms of such sizes are held by their threads alone.
    expect(events(relay)).toBe(0);
  }
  expect(actions.message).toMatchObject({ worker: 0, thread: { objects: 1 / use.burst } });
  expect(actions.threadOpened).toMatchObject({ worker: 1, thread: { upgrades: 1, objects: 1 } });
  expect(actions.pageOpened).toMatchObject({ worker: 3, presence: { upgrades: 1 } });
  expect(stored.message).toBeGreaterThan(use["body-length"]);
});
