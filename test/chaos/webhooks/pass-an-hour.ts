/** Lets an hour pass for what is stored: the times in the files of the threads' objects are set back by it, while no process has them open. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const HOUR_MS = 60 * 60_000;

export async function passAnHour(storage: string): Promise<void> {
  const files = await readdir(storage, { recursive: true, withFileTypes: true });
  for (const file of files) {
    if (!file.isFile() || !/^[\da-f]{64}\.sqlite$/.test(file.name)) continue;
    const database = new DatabaseSync(join(file.parentPath, file.name));
    try {
      const has = database.prepare("SELECT 1 FROM sqlite_master WHERE name = ?");
      for (const column of [
        "messages.at",
        "changes.at",
        "webhooks.retry_at",
        "deletions.at",
        "deletions.retry_at",
      ]) {
        const [table = "", name] = column.split(".");
        if (!has.get("webhooks") && table !== "deletions") continue;
        if (has.get(table)) database.exec(`UPDATE ${table} SET ${name} = max(0, ${name} - ${HOUR_MS})`);
      }
    } finally {
      database.close();
    }
  }
}
