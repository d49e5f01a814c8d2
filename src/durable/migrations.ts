/**
 * Numbered schema migrations. A step is never changed once it was released, only followed by another; and each
 * must leave what the version before it can still use, since old and new code overlap at a deploy.
 */

/** The version of this object's schema: 0 where nothing was ever stored. Writes nothing. */
export function schemaVersion(sql: SqlStorage): number {
  const exists = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
  if (exists.toArray().length === 0) return 0;
  return sql.exec<{ version: number }>("SELECT version FROM schema_version").one().version;
}

/** Applies the steps this object has not seen, in one transaction. `steps[n]` leads to version n + 1. */
export function migrate(storage: DurableObjectStorage, steps: readonly string[]): void {
  const { sql } = storage;
  const version = schemaVersion(sql);
  if (version >= steps.length) return;
  storage.transactionSync(() => {
    if (version === 0) sql.exec("CREATE TABLE schema_version (version INTEGER NOT NULL)");
    for (const step of steps.slice(version)) sql.exec(step);
    sql.exec("DELETE FROM schema_version");
    sql.exec("INSERT INTO schema_version VALUES (?)", steps.length);
  });
}
