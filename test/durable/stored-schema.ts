/** What an object's SQLite holds, for comparing two objects. */

/** The tables of an object with their columns and indexes, its triggers and views, each by its name. */
export function schemaIn(sql: SqlStorage): Map<string, unknown> {
  const all = sql.exec<{ type: string; name: string; sql: string | null }>(
    `SELECT type, name, sql FROM sqlite_master
     WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC, name`,
  );
  return new Map(
    all.toArray().map(({ type, name, sql: text }) => {
      // What no pragma says: checks, WITHOUT ROWID, WHERE, expressions, the body of a trigger, the module of a virtual table.
      const statement = normalized(text ?? "");
      return [`${type} ${name}`, type === "table" ? { ...tableOf(sql, name), statement } : { statement }];
    }),
  );
}

function tableOf(sql: SqlStorage, name: string) {
  const pragma = (what: string, of: string) => sql.exec(`PRAGMA ${what}("${of}")`).toArray();
  return {
    // With `cid`, a column's place.
    columns: pragma("table_xinfo", name),
    indexes: Object.fromEntries(
      pragma("index_list", name).map(({ seq: _place, name: index, ...properties }) => [
        index,
        { ...properties, columns: pragma("index_xinfo", String(index)) },
      ]),
    ),
    references: pragma("foreign_key_list", name),
  };
}

/** A statement without comments, quotes around names, and the space by which those that mean the same differ. */
function normalized(statement: string): string {
  return statement
    .replace(/--.*$/gm, "")
    .replaceAll('"', "")
    .replace(/\s+/g, " ")
    .replace(/ ?([(),]) ?/g, "$1")
    .trim();
}

/** All rows of an object's tables, by the table's name. */
export function rowsIn(sql: SqlStorage): Map<string, unknown[]> {
  const tables = [...schemaIn(sql).keys()].filter((name) => name.startsWith("table "));
  return new Map(
    tables.map((table) => [table, sql.exec(`SELECT * FROM "${table.slice("table ".length)}"`).toArray()]),
  );
}
