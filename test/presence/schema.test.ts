/** A shard that was stored by an earlier version. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { shardStub } from "../support/objects.ts";
import { evictShardOf, groupOf, knownUser, rowsOf } from "./shard.ts";

it("marks a newest message that was deleted when an empty preview alone said so", async () => {
  const [ada, bo] = [await knownUser(), await knownUser("Bo")];
  const [deleted, kept] = [await groupOf(ada, bo), await groupOf(ada, bo)];
  await deleted.notify(deleted.message(ada, "", 1_000), ada, bo);
  await kept.notify(kept.message(ada, "hello", 2_000), ada, bo);
  await runInDurableObject(shardStub(bo.id), (_, { storage }) => {
    storage.sql.exec("UPDATE schema_version SET version = 3");
  });
  await evictShardOf(bo);
  const rows = await rowsOf(bo, "threads");
  const lastOf = (id: string) => JSON.parse(String(rows.find((row) => row["thread_id"] === id)?.["last"]));
  expect(lastOf(deleted.id)).toMatchObject({ preview: "", at: 1_000, deletedAt: 1_000 });
  expect(lastOf(kept.id)).not.toHaveProperty("deletedAt");
});
