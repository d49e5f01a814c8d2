/** The invitations that one user sees. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { INVITATIONS_RECEIVED } from "../../../src/protocol/limits.ts";
import { valueOf } from "../../../src/rpc/result.ts";
import { shardStub } from "../../support/objects.ts";
import { FakeThread, knownUser, openTab, rowsOf, settle, shardFor, unknownUser } from "../shard.ts";

it("of a flood at one user the newest are kept and listed, and whoever makes it cannot tell", async () => {
  const ada = await knownUser("Ada");
  const mallory = unknownUser("Mallory");
  const now = Date.now();
  await runInDurableObject(shardStub(ada.id), (_, { storage }) => {
    const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";
    storage.sql.exec(
      `${numbers} INSERT INTO threads (thread_id, rev, kind, name, created_at, seq, active_at, senders)
       SELECT 'flood-' || i, 1, 'group', 'Flood', 0, 0, 0, '{}' FROM n`,
      INVITATIONS_RECEIVED,
    );
    storage.sql.exec(
      `${numbers} INSERT INTO invitations (user_id, thread_id, by_id, by_user, at, member_count)
       SELECT ?2, 'flood-' || i, ?3, ?4, ?5 + i, 1 FROM n`,
      INVITATIONS_RECEIVED,
      ada.id,
      mallory.id,
      JSON.stringify(mallory),
      now,
    );
  });
  const tab = await openTab(ada);
  const thread = new FakeThread();
  const at = now + INVITATIONS_RECEIVED + 1;
  await thread.notify(thread.change({ invited: [{ userId: ada.id, by: mallory, at, memberCount: 1 }] }), ada);
  await settle(tab);
  expect(tab.events.filter(({ type }) => type === "thread")).toHaveLength(1);
  const kept = (await rowsOf(ada, "invitations")).map((row) => row["thread_id"]);
  expect(kept).toHaveLength(INVITATIONS_RECEIVED);
  expect(kept).toContain(thread.id);
  expect(kept).not.toContain("flood-1");
  const { threads, nextCursor } = valueOf(await shardFor(ada).threads(ada.id, { limit: 2 }));
  expect(threads.map(({ id }) => id)).toEqual([thread.id, `flood-${INVITATIONS_RECEIVED}`]);
  expect(nextCursor).toBeDefined();
});
