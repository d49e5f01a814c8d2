/** The line to a relay that is slow to answer: what is too much to keep is dropped, and the relay learns that it was. */
import { expect, it } from "vitest";
import type { RelayBatch } from "../../../src/rpc/relay.ts";
import { RelayLine } from "../../../src/thread/broadcasting/relay-line.ts";
import { eventually } from "../../support/patience.ts";

it("lets the relay see that it missed something, where all that waited was dropped", async () => {
  const batches: RelayBatch[] = [];
  const answers: (() => void)[] = [];
  const line = new RelayLine({
    rev: 0,
    deliver: (batch) => {
      batches.push(batch);
      return new Promise((resolve) => answers.push(() => resolve({ sockets: 1, users: 1 })));
    },
    onOccupancy: () => {},
    onLoss: () => {},
  });
  line.send({ frame: "[1]", rev: 1 });
  line.send({ frame: "x".repeat(9 * 1024 * 1024), rev: 2 });
  answers[0]?.();
  await eventually(() => expect(batches).toHaveLength(2));
  expect(line.isConfirmed).toBe(false);
  // By the number and the rev: one batch never came.
  expect(batches).toMatchObject([
    { number: 1, after: 0, rev: 1 },
    { number: 3, after: 2, rev: 2, items: [] },
  ]);
  answers[1]?.();
  await eventually(() => expect(line.isConfirmed).toBe(true));
  expect(batches).toHaveLength(2);
});
