/** A thread that was stored by an earlier version. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { recordLength } from "../../src/durable/record-length.ts";
import type { Message } from "../../src/protocol/model.ts";
import { recordOf, type StoredMessage } from "../../src/thread/messages/stored-message.ts";
import { newThread, person } from "../support/host-users.ts";
import { evict, threadStub } from "../support/objects.ts";

/** What the steps from version 7 on added. */
const UNDO_7 = `
  DROP TABLE purges;
  DROP TABLE bans;
  DROP TABLE direct_blocks;
  DROP TABLE links;
  DROP TABLE timeouts;
  DROP TABLE settings;
  DROP TABLE reports;
  DROP TABLE unconfirmed_reports;
  DROP INDEX members_above_member;
  DROP TABLE audit;
  DROP TABLE invitations;
  DROP TABLE only_invited;
  DROP TABLE unconfirmed_inviters;
  DROP TABLE message_request;
  ALTER TABLE thread DROP COLUMN mutual;
  ALTER TABLE members DROP COLUMN contact_from;
  DROP TABLE thread_data;
  ALTER TABLE thread DROP COLUMN key;
  DROP TABLE message_data;
  DROP TABLE webhooks;
  DROP TABLE reactions;
  ALTER TABLE changes DROP COLUMN body;
  ALTER TABLE messages DROP COLUMN text_rev;
  ALTER TABLE thread DROP COLUMN narrow_up_to;
  UPDATE schema_version SET version = 6`;

/**
 * Gives a thread the storage that an earlier version left, and what `write` adds to it. Meanwhile this version must not run on
 * it: the alarm that a new thread sets would notify Presence, and so read columns that are gone.
 */
async function storeAsBefore(
  stub: ReturnType<typeof threadStub>,
  write?: (sql: SqlStorage) => void,
): Promise<void> {
  await runInDurableObject(stub, (_thread, { storage }) => storage.deleteAlarm());
  await evict(stub);
  await runInDurableObject(stub, (_thread, { storage }) => {
    storage.sql.exec(UNDO_7);
    write?.(storage.sql);
  });
  await evict(stub);
}

it("keeps its messages and reactions, and overwrites the messages where they lie", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { id } = await newThread(ada, "group", [bob]);
  const stub = threadStub(id);
  const rows = () =>
    runInDurableObject(stub, (_thread, { storage }) =>
      storage.sql.exec<StoredMessage>("SELECT * FROM messages WHERE seq > 0 ORDER BY seq").toArray(),
    );
  await storeAsBefore(stub, (sql) => {
    for (const [seq, body, reactions] of [
      [1, "reacted to and edited", JSON.stringify([{ emoji: "🐸", count: 1, userIds: [bob.user.id] }])],
      [2, "edited and deleted", null],
      [3, "deleted", null],
      [4, "ok", null],
    ] as const)
      sql.exec(
        `INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at, reactions)
         VALUES (?1, ?1, ?1, ?2, 'id-' || ?1, ?3, ?1, ?4)`,
        seq,
        ada.user.id,
        body,
        reactions,
      );
  });
  const lengthsBefore = (await rows()).map((row) => recordLength(recordOf(row)) - 1);

  const path = `/api/threads/${id}/messages`;
  const call = async (...request: Parameters<typeof ada.call>) =>
    expect((await ada.call(...request)).status).toBeLessThan(300);
  await call("PUT", `${path}/1/reactions/${encodeURIComponent("🐸")}`);
  for (const seq of [1, 2]) {
    await call("PATCH", `${path}/${seq}`, { body: "in many more words than at first" });
    await call("PATCH", `${path}/${seq}`, { body: "in other words" });
  }
  for (const seq of [2, 3, 4]) await call("DELETE", `${path}/${seq}`);

  const page = (await (await ada.call("GET", path)).json()) as { messages: Message[] };
  expect(page.messages).toMatchObject([
    {
      body: "in other words",
      reactions: [{ emoji: "🐸", count: 2, userIds: [bob.user.id, ada.user.id] }],
    },
    ...[2, 3, 4].map((seq) => ({ seq, body: "", deletedAt: expect.any(Number) as number })),
  ]);
  const lengths = (await rows()).map((row) => recordLength(recordOf(row)));
  // The last has no room for the time of its deletion.
  expect(lengths.slice(0, 3)).toEqual(lengthsBefore.slice(0, 3));
});

it("knows of a direct thread whether both have written", async () => {
  const [ada, bob, cy] = [await person("Ada"), await person("Bob"), await person("Cy")];
  const [both, one] = [await newThread(ada, "direct", [bob]), await newThread(ada, "direct", [cy])];
  for (const [{ id }, authors] of [
    [both, [ada, ada, bob]],
    [one, [ada, ada]],
  ] as const)
    await runInDurableObject(threadStub(id), (_thread, { storage }) => {
      for (const [i, { user }] of authors.entries())
        storage.sql.exec(
          `INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at)
           VALUES (?1, ?1, ?1, ?2, 'id-' || ?1, 'hello', ?1)`,
          i + 1,
          user.id,
        );
    });
  for (const { id } of [both, one]) await storeAsBefore(threadStub(id));
  const mutual = (id: string) =>
    runInDurableObject(threadStub(id), (_thread, { storage }) =>
      storage.sql.exec("SELECT mutual FROM thread").one(),
    );
  expect(await mutual(both.id)).toEqual({ mutual: 1 });
  expect(await mutual(one.id)).toEqual({ mutual: null });
});
