/** Who is on hold, through sleep and at few rows. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { Holds } from "../../src/durable/holds.ts";
import { unique } from "../support/host-users.ts";
import { shardStub } from "../support/objects.ts";

/** In the storage of a Presence shard, which has the table. `rows` counts what was written. */
function withStorage(work: (make: () => Holds, rows: () => number) => void): Promise<void> {
  return runInDurableObject(shardStub(unique("shard")), (_, { storage: { sql } }) => {
    sql.exec("DELETE FROM holds");
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    const exec = (query: string, ...values: unknown[]) => {
      const cursor = sql.exec(query, ...values);
      cursors.push(cursor);
      return cursor;
    };
    const counted = { exec } as unknown as SqlStorage;
    work(
      () => new Holds(counted),
      () => cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsWritten, 0),
    );
  });
}

it("a hold lasts until its end, is prolonged and never shortened", () =>
  withStorage((make) => {
    const holds = make();
    expect(holds.remaining("ada", 1_000)).toBe(0);
    holds.extend("ada", 61_000, 1_000);
    holds.extend("ada", 31_000, 2_000);
    expect(holds.remaining("ada", 2_000)).toBe(59_000);
    expect(holds.remaining("bob", 2_000)).toBe(0);
    holds.extend("ada", 90_000, 3_000);
    expect(holds.remaining("ada", 60_000)).toBe(30_000);
    expect(holds.remaining("ada", 90_000)).toBe(0);
  }));

it("writes a row where a hold is longer by 10 s, and none where it is asked for", () =>
  withStorage((make, rows) => {
    const holds = make();
    holds.extend("ada", 9_000, 0);
    expect(rows()).toBe(0);
    holds.extend("ada", 30_000, 0);
    expect(rows()).toBe(1);
    holds.extend("ada", 39_000, 0);
    holds.remaining("ada", 10_000);
    expect(rows()).toBe(0);
  }));

it("survives that its object sleeps, until it is over", () =>
  withStorage((make, rows) => {
    make().extend("ada", 60_000, 0);
    make().extend("bob", 600_000, 0);
    rows();
    expect(make().remaining("ada", 59_000)).toBe(1_000);
    const later = make();
    expect(later.remaining("ada", 60_000)).toBe(0);
    expect(later.remaining("bob", 60_000)).toBe(540_000);
    // The one that is over is deleted, once.
    expect(rows()).toBe(1);
    make().remaining("ada", 61_000);
    expect(rows()).toBe(0);
  }));
