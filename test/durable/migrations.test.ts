/** How objects get their tables: a new one at once, one that an earlier version stored in steps, and both the same. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { migrate, schemaVersion, type Schema } from "../../src/durable/migrations.ts";
import { PRESENCE_SCHEMA } from "../../src/presence/schema.ts";
import { SOCKETIO_SCHEMA } from "../../src/socketio/schema.ts";
import { THREAD_SCHEMA } from "../../src/thread/schema.ts";
import { newThread, person } from "../support/host-users.ts";
import { evict, threadStub } from "../support/objects.ts";
import { rowsIn, schemaIn } from "./stored-schema.ts";

/** Runs this in an object that stores nothing, and gives itself no tables. */
function inEmptyStorage<T>(run: (storage: DurableObjectStorage) => T): Promise<T> {
  const stub = env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId());
  return runInDurableObject(stub, (_object, { storage }) => run(storage));
}

/** Stores what a version stored that had so many steps, and only steps. */
function storeAsVersion(version: number, storage: DurableObjectStorage, { steps }: Schema): void {
  const [first = ""] = steps;
  migrate(storage, { present: first, steps: [first] });
  migrate(storage, { present: "", steps: steps.slice(0, version) });
}

/** What two objects have under each name; undefined where one of them has nothing. */
function paired(one: Map<string, unknown>, other: Map<string, unknown>): [string, unknown, unknown][] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].map((name) => [name, one.get(name), other.get(name)]);
}

describe.each<{
  of: string;
  folder: string;
  schema: Schema;
  objects: DurableObjectNamespace;
  /** A new object, whose own code has given it its tables. */
  newObject: () => Promise<DurableObjectStub>;
  /** What an object of the first version stores at least. */
  stored?: string;
}>([
  {
    of: "a thread",
    folder: "src/thread",
    schema: THREAD_SCHEMA,
    objects: env.CHAT_THREAD,
    newObject: async () => threadStub((await newThread(await person("Ada"), "group")).id),
    stored: `INSERT INTO thread (only, kind, created_at, epoch, member_count, senders_saved_seq, deleting)
      VALUES (1, 'group', 1, 'epoch', 0, 0, 0);`,
  },
  {
    of: "a Presence shard",
    folder: "src/presence",
    schema: PRESENCE_SCHEMA,
    objects: env.PRESENCE,
    newObject: async () => env.PRESENCE.get(env.PRESENCE.newUniqueId()),
  },
  {
    of: "a Socket.IO shard",
    folder: "src/socketio",
    schema: SOCKETIO_SCHEMA,
    objects: env.SOCKET_IO,
    newObject: async () => env.SOCKET_IO.get(env.SOCKET_IO.newUniqueId()),
  },
])("the schema of $of", ({ folder, schema, objects, newObject, stored = "" }) => {
  it("is what its steps come to, and has the rows that they insert", async () => {
    const madeBy = (make: (storage: DurableObjectStorage) => void) =>
      inEmptyStorage((storage) => {
        make(storage);
        return { schema: schemaIn(storage.sql), rows: rowsIn(storage.sql) };
      });
    const stepwise = await madeBy((storage) => storeAsVersion(schema.steps.length, storage, schema));
    const atOnce = await madeBy((storage) => migrate(storage, schema));
    const where = `as ${folder}/migrations.ts makes it, against ${folder}/schema.ts`;
    for (const [name, made, stated] of paired(stepwise.schema, atOnce.schema))
      expect(made, `${name}, ${where}`).toEqual(stated);
    for (const [name, made, stated] of paired(stepwise.rows, atOnce.rows))
      expect(made, `the rows of ${name}, ${where}`).toEqual(stated);
  });

  it("is that of an object of any earlier version once it wakes, which keeps what it stores", async () => {
    const inFresh = await runInDurableObject(await newObject(), (_object, { storage }) =>
      schemaIn(storage.sql),
    );
    for (const version of schema.steps.keys().map((index) => index + 1)) {
      const stub = objects.get(objects.newUniqueId());
      await runInDurableObject(stub, async (_object, { storage }) => {
        // A shard that starts gives itself all tables.
        await storage.deleteAll();
        storeAsVersion(1, storage, schema);
        storage.sql.exec(`${stored} CREATE TABLE kept (version); INSERT INTO kept VALUES (${version})`);
        storeAsVersion(version, storage, schema);
      });
      await evict(stub);
      await runInDurableObject(stub, (_object, { storage: { sql } }) => {
        expect(sql.exec("SELECT version FROM kept").one()).toEqual({ version });
        sql.exec("DROP TABLE kept");
        for (const [name, inWoken, inNew] of paired(schemaIn(sql), inFresh))
          expect(inWoken, `${name}, in an object of version ${version} that woke, against a new one`).toEqual(
            inNew,
          );
        expect(schemaVersion(sql)).toBe(schema.steps.length);
      });
    }
  });
});

describe("migrate", () => {
  const pond: Schema = {
    present: "CREATE TABLE pond (depth, width)",
    steps: ["CREATE TABLE pond (depth)", "ALTER TABLE pond ADD COLUMN width"],
  };
  const later: Schema = {
    present: "CREATE TABLE pond (depth, width, ice)",
    steps: [...pond.steps, "SELECT 1"],
  };

  it("gives a new object the present schema alone, and runs no step of it", async () => {
    const broken = { ...pond, steps: pond.steps.map(() => "no step") };
    const tables = await inEmptyStorage((storage) => {
      migrate(storage, broken);
      return [...schemaIn(storage.sql).keys()];
    });
    expect(tables).toEqual(["table pond", "table schema_version"]);
  });

  it("leaves an object of a later version as it is, as a version does that is rolled back to", async () => {
    const { before, after, version } = await inEmptyStorage((storage) => {
      migrate(storage, later);
      const atFirst = schemaIn(storage.sql);
      migrate(storage, pond);
      return { before: atFirst, after: schemaIn(storage.sql), version: schemaVersion(storage.sql) };
    });
    expect(after).toEqual(before);
    expect(version).toBe(3);
  });

  it("does all or nothing", async () => {
    const none = await inEmptyStorage((storage) => {
      expect(() => migrate(storage, { ...pond, present: `${pond.present}; no SQL` })).toThrow("syntax error");
      return schemaIn(storage.sql);
    });
    expect(none).toEqual(new Map());
    const { before, after, version } = await inEmptyStorage((storage) => {
      migrate(storage, pond);
      const atFirst = schemaIn(storage.sql);
      const steps = [...pond.steps, "ALTER TABLE pond ADD COLUMN ice", "no SQL"];
      expect(() => migrate(storage, { ...pond, steps })).toThrow("syntax error");
      return { before: atFirst, after: schemaIn(storage.sql), version: schemaVersion(storage.sql) };
    });
    expect(after).toEqual(before);
    expect(version).toBe(2);
  });
});
