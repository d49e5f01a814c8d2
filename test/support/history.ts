/** Long histories, written straight into a thread's storage as the thread would have. */
import { runInDurableObject } from "cloudflare:test";
import { evict, threadStub } from "./objects.ts";
import type { Person } from "./host-users.ts";

/** Writes messages into a thread, from a seq and rev on that it has reached: 1 in an empty one. */
export async function fillHistory(
  threadId: string,
  author: Person,
  count: number,
  body?: string,
  from = 1,
): Promise<void> {
  if (count === 0) return;
  await runInDurableObject(threadStub(threadId), (_thread, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at)
       SELECT i, i, i, ?, 'id-' || i, coalesce(?, 'body ' || i), 1000 + i FROM n`,
      from,
      from + count - 1,
      author.user.id,
      body ?? null,
    );
  });
  // So that the object reads it from storage.
  await evict(threadStub(threadId));
}

/** Writes edits of a message, from a rev on. */
export async function fillEdits(threadId: string, seq: number, from: number, count: number): Promise<void> {
  await runInDurableObject(threadStub(threadId), (_thread, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
       INSERT INTO changes (rev, type, seq, at) SELECT ? + i, 'edit', ?, 1000 + i FROM n`,
      count,
      from,
      seq,
    );
  });
  await evict(threadStub(threadId));
}
