/** The thread's invitation links. Of a link's code a hash is stored alone: whoever reads the storage can use none. */
import { LINKS } from "../../protocol/limits.ts";
import type { Link } from "../../protocol/links.ts";
import { isHost } from "../../protocol/system-user.ts";
import type { Profiles } from "../members/profiles.ts";

export interface NewLinkRow {
  hash: string;
  byId: string;
  expiresAt: number | null;
  uses: number | null;
}

type LinkRow = {
  no: number;
  by_id: string;
  created_at: number;
  expires_at: number | null;
  uses: number | null;
  used: number;
};

const COLUMNS = "no, by_id, created_at, expires_at, uses, used";
const VALID = "(expires_at IS NULL OR expires_at > ?) AND (uses IS NULL OR used < uses)";

export class LinkStore {
  readonly #sql: SqlStorage;
  readonly #profiles: Profiles;

  constructor(sql: SqlStorage, profiles: Profiles) {
    this.#sql = sql;
    this.#profiles = profiles;
  }

  /** Stores a link: two rows written. Undefined where there are too many; those that are void make room. */
  add({ hash, byId, expiresAt, uses }: NewLinkRow, now: number): Link | undefined {
    if (this.#count() >= LINKS) this.#sql.exec(`DELETE FROM links WHERE NOT (${VALID})`, now);
    if (this.#count() >= LINKS) return undefined;
    const [row] = this.#sql
      .exec<LinkRow>(
        `INSERT INTO links (hash, by_id, created_at, expires_at, uses, used) VALUES (?, ?, ?, ?, ?, 0)
         RETURNING ${COLUMNS}`,
        hash,
        byId,
        now,
        expiresAt,
        uses,
      )
      .toArray();
    return row && this.#link(row);
  }

  /** The link of a code, whether it is valid or not. */
  withHash(hash: string): Link | undefined {
    const [row] = this.#sql.exec<LinkRow>(`SELECT ${COLUMNS} FROM links WHERE hash = ?`, hash).toArray();
    return row && this.#link(row);
  }

  /** The number of the link of a code, where it is valid. */
  validWithHash(hash: string, now: number): number | undefined {
    const [row] = this.#sql
      .exec<{ no: number }>(`SELECT no FROM links WHERE hash = ? AND ${VALID}`, hash, now)
      .toArray();
    return row?.no;
  }

  /** One has come by a link: one row written. */
  use(no: number): void {
    this.#sql.exec("UPDATE links SET used = used + 1 WHERE no = ?", no);
  }

  /** False where there is no such link. */
  revoke(no: number): boolean {
    return this.#sql.exec("DELETE FROM links WHERE no = ?", no).rowsWritten > 0;
  }

  /** All that were not revoked, newest first. */
  list(): Link[] {
    const rows = this.#sql.exec<LinkRow>(`SELECT ${COLUMNS} FROM links ORDER BY no DESC`);
    return rows.toArray().map((row) => this.#link(row));
  }

  #count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM links").one().count;
  }

  #link({ no, by_id, created_at, expires_at, uses, used }: LinkRow): Link {
    return {
      no,
      createdAt: created_at,
      by: isHost({ id: by_id }) ? "host" : this.#profiles.get(by_id),
      ...(expires_at !== null && { expiresAt: expires_at }),
      ...(uses !== null && { uses }),
      used,
    };
  }
}
