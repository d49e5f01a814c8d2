/** A shard that was stored by an earlier version. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { searchKey } from "../../src/presence/people/user-search-key.ts";
import { eventually } from "../support/eventually.ts";
import { unique } from "../support/host-users.ts";
import { shardStub } from "../support/objects.ts";
import {
  costIn,
  evictShardOf,
  FakeThread,
  groupOf,
  knownUser,
  rowsOf,
  searchIn,
  shardFor,
  unknownUser,
} from "./shard.ts";

/** What each later step added, which a shard of that version does not have. */
const ADDED: [version: number, undo: string][] = [
  [15, "ALTER TABLE invitations DROP COLUMN others"],
  [14, "DROP TABLE invitations; DROP TABLE sent_invitations"],
  [13, "DROP TABLE blocks; DROP TABLE block_jobs; DROP TABLE hidden_threads"],
  [12, "DROP TABLE socketio_tabs"],
  [11, "DROP TABLE host_bans"],
  [10, "ALTER TABLE threads DROP COLUMN makes_contacts; DROP TABLE late_contacts"],
  [
    9,
    `DROP TABLE revocations; DROP TABLE ended_sessions; DROP TABLE revocation_jobs;
     ALTER TABLE users DROP COLUMN put_at; ALTER TABLE users DROP COLUMN data;
     ALTER TABLE users DROP COLUMN created_at`,
  ],
  [8, "ALTER TABLE threads DROP COLUMN member_count"],
  [7, "DROP TABLE profile_jobs; ALTER TABLE users DROP COLUMN named_at"],
  [5, "DROP TABLE search_reindex"],
];

/** Leaves a shard as the version with so many steps had it. */
function backTo(sql: SqlStorage, version: number): void {
  for (const [step, undo] of ADDED) if (step > version) sql.exec(undo);
  sql.exec("UPDATE schema_version SET version = ?", version);
}

it("gives users known before the keys by which they are found now, some at a time", async () => {
  const SHARD = 3;
  const stem = unique("éarlier");
  const before = Array.from({ length: 600 }, (_, i) => ({ id: `${stem}-${i}`, name: `${stem} Zoé ${i}` }));
  const any = unknownUser("Any", SHARD);
  const shard = shardFor(any);
  const find = async (q: string) => (await searchIn(any, q)).map(({ user }) => user.id);
  await runInDurableObject(shardStub(any.id), (_, { storage }) => {
    // As the version before wrote them: the name and the id, in lower case.
    for (const { id, name } of before) {
      storage.sql.exec("INSERT INTO users (user_id, name) VALUES (?, ?)", id, name);
      for (const key of [name, id])
        storage.sql.exec("INSERT INTO user_keys VALUES (?, ?)", key.toLowerCase(), id);
    }
    backTo(storage.sql, 4);
  });
  await evictShardOf(any);
  // The one who is renamed before it is their turn keeps no key of their former name.
  await shard.signIn({ id: `${stem}-599`, name: "Somebody" });
  await eventually(async () => expect(await rowsOf(any, "search_reindex")).toEqual([]));
  expect(await find("zoe 42")).toEqual(expect.arrayContaining([`${stem}-42`]));
  expect(await find("zoe 599")).toEqual([]);
  const keys = (await rowsOf(any, "user_keys")).filter((row) => String(row["user_id"]).startsWith(stem));
  expect(keys.filter((row) => String(row["key"]).includes("é"))).toEqual([]);
  expect(keys.every((row) => row["key"] === searchKey(String(row["key"])))).toBe(true);
});

it("marks a newest message that was deleted when an empty preview alone said so", async () => {
  const [ada, bo] = [await knownUser(), await knownUser("Bo")];
  const [deleted, kept] = [await groupOf(ada, bo), await groupOf(ada, bo)];
  await deleted.notify(deleted.message(ada, "", 1_000), ada, bo);
  await kept.notify(kept.message(ada, "hello", 2_000), ada, bo);
  await runInDurableObject(shardStub(bo.id), (_, { storage }) => {
    backTo(storage.sql, 3);
  });
  await evictShardOf(bo);
  const rows = await rowsOf(bo, "threads");
  const lastOf = (id: string) => JSON.parse(String(rows.find((row) => row["thread_id"] === id)?.["last"]));
  expect(lastOf(deleted.id)).toMatchObject({ preview: "", at: 1_000, deletedAt: 1_000 });
  expect(lastOf(kept.id)).not.toHaveProperty("deletedAt");
});

it("takes people of earlier direct threads and groups for contacts, until the thread says so itself", async () => {
  const [ada, bo, cy] = [await knownUser(), await knownUser("Bo"), await knownUser("Cy")];
  await groupOf(ada, bo);
  const open = new FakeThread("public");
  await open.join(ada, cy);
  await runInDurableObject(shardStub(ada.id), (_, { storage }) => {
    backTo(storage.sql, 9);
  });
  await evictShardOf(ada);
  const contacts = () => shardFor(ada).contactsOf(ada.id, [bo.id, cy.id]);
  expect(await contacts()).toEqual([bo.id]);
});

it("leaves nothing of a newest message in a row from before its last column, when the next comes", async () => {
  const ada = await knownUser();
  const thread = await groupOf(ada);
  await thread.notify(thread.message(ada, "before"), ada);
  await runInDurableObject(shardStub(ada.id), (_, { storage }) => {
    backTo(storage.sql, 9);
  });
  await evictShardOf(ada);
  const costs = [
    await costIn(ada, () => thread.notify(thread.message(ada, "first"), ada)),
    await costIn(ada, () => thread.notify(thread.message(ada, "second"), ada)),
  ];
  // Once it is overwritten where it lies, and then written at its new length.
  expect(costs.map(({ written }) => written)).toEqual([2, 1]);
});
