/** How an object gets its tables, in one transaction: a new one at once, one that an earlier version stored in steps. */

export interface Schema {
  /** The schema as it is now, in SQL: what all the steps come to (test/durable/migrations.test.ts). A new object is given it. */
  present: string;
  /**
   * `steps[n]` leads an object from version n to n + 1; the present schema is the version after the last. A step is never
   * changed once it was released, only followed by another; and each must leave what the version before it can still use,
   * since old and new code overlap at a deploy.
   */
  steps: readonly string[];
}

/** The version of this object's schema: 0 where nothing was ever stored. Writes nothing. */
export function schemaVersion(sql: SqlStorage): number {
  const exists = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
  if (exists.toArray().length === 0) return 0;
  return sql.exec<{ version: number }>("SELECT version FROM schema_version").one().version;
}

/** Brings this object's schema to the present version. One of a later version is left as it is: a rollback may meet it. */
export function migrate(storage: DurableObjectStorage, { present, steps }: Schema): void {
  const { sql } = storage;
  const version = schemaVersion(sql);
  if (version >= steps.length) return;
  storage.transactionSync(() => {
    if (version === 0) {
      sql.exec("CREATE TABLE schema_version (version INTEGER NOT NULL)");
      sql.exec(withoutComments(present));
    } else {
      for (const step of steps.slice(version)) sql.exec(step);
      sql.exec("DELETE FROM schema_version");
    }
    sql.exec("INSERT INTO schema_version VALUES (?)", steps.length);
  });
}

/** SQLite keeps the text of what it creates, and parses it whenever an object wakes: comments would take up to 4 KB of each. */
function withoutComments(sql: string): string {
  return sql.replace(/--.*/g, "");
}
