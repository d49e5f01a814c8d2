/**
 * Whom this shard's users block. A block is known to the blocker's shard alone, and, while there is one, to the direct thread
 * of the two (block-propagation.ts).
 */
import { z } from "zod";
import type { PageQuery } from "../../protocol/http.ts";
import { parse } from "../../protocol/parse.ts";
import type { BlockRow } from "../../rpc/moved-users.ts";

/** Where a page begins: after the block of this time and user. Opaque to clients. */
const blocksCursor = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,15}\..+$/s, "is not a cursor of this list")
    .transform((text) => {
      const dot = text.indexOf(".");
      return { at: Number(text.slice(0, dot)), id: text.slice(dot + 1) };
    }),
});
const TOP = { at: Number.MAX_SAFE_INTEGER, id: "" };

/** A page of a user's blocks, the newest first. */
export interface BlocksPage {
  blocks: { userId: string; at: number }[];
  nextCursor?: string;
}

export class UserBlocks {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** When a user blocked another, in milliseconds since the epoch; undefined where they do not. */
  at(userId: string, otherId: string): number | undefined {
    const rows = this.#sql.exec<{ at: number }>(
      "SELECT at FROM blocks WHERE user_id = ? AND blocked_id = ?",
      userId,
      otherId,
    );
    return rows.toArray()[0]?.at;
  }

  has(userId: string, otherId: string): boolean {
    return this.at(userId, otherId) !== undefined;
  }

  /** Everyone whom a user blocks. */
  of(userId: string): string[] {
    return this.#sql
      .exec<{ blocked_id: string }>("SELECT blocked_id FROM blocks WHERE user_id = ?", userId)
      .toArray()
      .map((row) => row.blocked_id);
  }

  /** One row written. */
  add({ user_id, blocked_id, at }: BlockRow): void {
    this.#sql.exec(
      "INSERT INTO blocks (user_id, blocked_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      user_id,
      blocked_id,
      at,
    );
  }

  remove(userId: string, otherId: string): void {
    this.#sql.exec("DELETE FROM blocks WHERE user_id = ? AND blocked_id = ?", userId, otherId);
  }

  /** A page of a user's blocks. `bad_request` for a cursor that is none of this list. */
  page(userId: string, { cursor, limit }: PageQuery): BlocksPage {
    const after = cursor === undefined ? TOP : parse(blocksCursor, { cursor }).cursor;
    // All of them are read: there are few, and an index would be a row more for each.
    const rows = this.#sql
      .exec<{ userId: string; at: number }>(
        `SELECT blocked_id AS userId, at FROM blocks WHERE user_id = ? AND (at < ?2 OR (at = ?2 AND blocked_id > ?3))
         ORDER BY at DESC, blocked_id LIMIT ?4`,
        userId,
        after.at,
        after.id,
        limit + 1,
      )
      .toArray();
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      blocks: shown,
      ...(rows.length > limit && last && { nextCursor: `${last.at}.${last.userId}` }),
    };
  }
}
