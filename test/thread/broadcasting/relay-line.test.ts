/** The queue of batches to one relay. What exceeds its limit is dropped, and the relay can see that it was. */
import { expect, it } from "vitest";
import type { RelayBatch } from "../../../src/rpc/relay.ts";
import { RelayLine } from "../../../src/thread/broadcasting/relay-line.ts";
import { eventually } from "../../support/eventually.ts";

it("skips a batch number where a batch was dropped, so that the relay knows that it missed one", async () => {
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
  await eventually(() => expect(batches).toHaveLength(1));
  line.send({ frame: "x".repeat(9 * 1024 * 1024), rev: 2 });
  answers[0]?.();
  await eventually(() => expect(batches).toHaveLength(2));
  expect(line.isConfirmed).toBe(false);
  // The relay knows by the number and the rev: batch 2 never came.
  expect(batches).toMatchObject([
    { number: 1, after: 0, rev: 1 },
    { number: 3, after: 2, rev: 2, items: [] },
  ]);
  answers[1]?.();
  await eventually(() => expect(line.isConfirmed).toBe(true));
  expect(batches).toHaveLength(2);
});
