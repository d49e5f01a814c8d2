/**
 * Who of the two in a direct thread blocks the other. Their Presence shards say so, each time with a version that rises
 * (src/presence/contacts/block-propagation.ts): so sending asks nobody.
 */
import type { Kind } from "../../protocol/model.ts";

type BlockRow = { user_id: string; is_blocked: number; version: number };

export class DirectBlocks {
  readonly #sql: SqlStorage;
  /** At most one of each of the two. */
  readonly #rows = new Map<string, { isBlocked: boolean; version: number }>();

  constructor(sql: SqlStorage, kind: Kind) {
    this.#sql = sql;
    if (kind !== "direct") return;
    const rows = sql.exec<BlockRow>("SELECT user_id, is_blocked, version FROM direct_blocks");
    for (const { user_id, is_blocked, version } of rows)
      this.#rows.set(user_id, { isBlocked: is_blocked === 1, version });
  }

  /** Whether one of the two blocks the other. */
  get isAny(): boolean {
    return [...this.#rows.values()].some(({ isBlocked }) => isBlocked);
  }

  /** Whether this one blocks the other. */
  isBy(userId: string): boolean {
    return this.#rows.get(userId)?.isBlocked ?? false;
  }

  /** Notes what a member's shard says, unless that is older than what is known: a row written. Returns the version that counts. */
  set(userId: string, isBlocked: boolean, version: number): number {
    const known = this.#rows.get(userId)?.version ?? 0;
    if (known >= version) return known;
    this.#sql.exec(
      `INSERT INTO direct_blocks VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET is_blocked = excluded.is_blocked, version = excluded.version`,
      userId,
      Number(isBlocked),
      version,
    );
    this.#rows.set(userId, { isBlocked, version });
    return version;
  }
}
