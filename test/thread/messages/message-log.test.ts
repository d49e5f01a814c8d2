/** The messages of one commit are inserted many at a time, and read as if each had been inserted alone. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { MessageLog } from "../../../src/thread/messages/message-log.ts";
import { ROWS_PER_INSERT } from "../../../src/thread/messages/message-table.ts";
import { Profiles } from "../../../src/thread/members/profiles.ts";
import { costOf, threadStub } from "../../support/objects.ts";
import { newThread, person } from "../../support/host-users.ts";

const NEWEST_200 = { limit: 200 };

async function storage() {
  const { id } = await newThread(await person("Ada"), "group");
  const stub = threadStub(id);
  const withLog = <T>(work: (log: MessageLog) => T) =>
    runInDurableObject(stub, (_instance, { storage: { sql } }) =>
      work(new MessageLog(sql, new Profiles(sql, "System"))),
    );
  return { stub, withLog };
}

const message = (n: number) => ({ id: `id ${n}`, author: `user ${n % 3}`, body: `body ${n}` });
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

it.each([1, 2, ROWS_PER_INSERT, ROWS_PER_INSERT + 1, 2 * ROWS_PER_INSERT, 60])(
  "writes one row for each of %i messages, and one before the first, in order",
  async (count) => {
    const { stub, withLog } = await storage();
    const cost = await costOf(stub, () =>
      withLog((log) => {
        for (const n of numbers(count)) log.add(message(n), n, 1_000);
        log.write();
        log.write();
      }),
    );
    expect(cost.rowsWritten).toBe(1 + count);
    const { messages } = await withLog((log) => log.page(NEWEST_200));
    expect(messages.map(({ seq, rev, at, id, author, body }) => [seq, rev, at, id, author.id, body])).toEqual(
      numbers(count).map((n) => [n, n, 1_000, `id ${n}`, `user ${n % 3}`, `body ${n}`]),
    );
  },
);

it("keeps each message's own rev, time and reply, where they are not consecutive", async () => {
  const { withLog } = await storage();
  const added = await withLog((log) => [
    log.add(message(1), 1, 1_000),
    log.add({ ...message(2), replyTo: 1 }, 2, 1_000),
    log.add(message(3), 5, 1_000),
    log.add({ ...message(4), replyTo: 3 }, 6, 2_000),
    // Messages that are not written yet can be read.
    ...[1, 2, 3, 4].map((seq) => log.get(seq)),
  ]);
  const { messages } = await withLog((log) => log.page(NEWEST_200));
  expect(messages.map(({ rev, at, replyTo }) => [rev, at, replyTo])).toEqual([
    [1, 1_000, undefined],
    [2, 1_000, 1],
    [5, 1_000, undefined],
    [6, 2_000, 3],
  ]);
  expect(added).toEqual([...messages, ...messages]);
});
