/** Who is kept out of the thread, and until when. That one is over is decided by the clock whenever it is asked for. */
import { LilypadError } from "../../protocol/errors.ts";
import type { Role } from "../../protocol/model.ts";
import type { Ban, BanPage } from "../../protocol/moderation.ts";
import type { PageQuery } from "../../protocol/http.ts";
import { isHost } from "../../protocol/system-user.ts";
import type { Profiles } from "../members/profiles.ts";

type BanRow = {
  no: number;
  user_id: string;
  until: number | null;
  reason: string | null;
  role: Role | null;
  by_id: string;
  at: number;
};

/** A ban as stored. */
export interface StoredBan {
  userId: string;
  /** Milliseconds since the epoch; null for a ban that does not end. */
  until: number | null;
  reason: string | null;
  /** What the user was in the thread, which decides who may let them back; null for no member. */
  role: Role | null;
  /** The id of who banned them, which may be the host's. */
  by: string;
  at: number;
}

export class BanStore {
  readonly #sql: SqlStorage;
  readonly #profiles: Profiles;

  constructor(sql: SqlStorage, profiles: Profiles) {
    this.#sql = sql;
    this.#profiles = profiles;
  }

  /** The ban that is in force; one row read where there is one, and none else. */
  get(userId: string, now: number): StoredBan | undefined {
    const [row] = this.#sql.exec<BanRow>("SELECT * FROM bans WHERE user_id = ?", userId).toArray();
    return row && (row.until ?? Infinity) > now ? fromRow(row) : undefined;
  }

  isBanned(userId: string, now: number): boolean {
    return this.get(userId, now) !== undefined;
  }

  /** Sets a ban, in place of an earlier one: two rows written, and two where there was one. */
  set({ userId, until, reason, role, by, at }: StoredBan): void {
    this.#sql.exec("DELETE FROM bans WHERE user_id = ?", userId);
    this.#sql.exec(
      "INSERT INTO bans (user_id, until, reason, role, by_id, at) VALUES (?, ?, ?, ?, ?, ?)",
      userId,
      until,
      reason,
      role,
      by,
      at,
    );
  }

  lift(userId: string): void {
    this.#sql.exec("DELETE FROM bans WHERE user_id = ?", userId);
  }

  /** Those in force, newest first. `cursor` is a page's `nextCursor`; one that cannot be read is `bad_request`. */
  page({ cursor, limit }: PageQuery, now: number): BanPage {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    if (!Number.isSafeInteger(before))
      throw new LilypadError("bad_request", "cursor: is not a cursor of this list");
    const rows = this.#sql
      .exec<BanRow>(
        "SELECT * FROM bans WHERE no < ? AND (until IS NULL OR until > ?) ORDER BY no DESC LIMIT ?",
        before,
        now,
        limit + 1,
      )
      .toArray();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const bans = rows.slice(0, limit).map((row) => this.shown(fromRow(row)));
    return { bans, ...(last && { nextCursor: String(last.no) }) };
  }

  /** A ban as the contract shows it: whoever was never in the thread has their id for a name. */
  shown({ userId, until, reason, by, at }: StoredBan): Ban {
    return {
      user: this.#profiles.get(userId),
      ...(until !== null && { until }),
      ...(reason !== null && { reason }),
      by: isHost({ id: by }) ? "host" : this.#profiles.get(by),
      at,
    };
  }
}

function fromRow({ user_id, until, reason, role, by_id, at }: BanRow): StoredBan {
  return { userId: user_id, until, reason, role, by: by_id, at };
}
