/**
 * Users who are on hold: none of their commands is run until some time. Unlike a token bucket (token-buckets.ts) it
 * survives that the object sleeps, in a table `holds`: a row written for each hold, and none for what is refused.
 */

/** A hold that is prolonged by less than this is not written again: so much is forgiven to one whom the object forgot. */
const WRITTEN_AFTER_MS = 10_000;

interface Hold {
  /** Milliseconds since the epoch. */
  until: number;
  /** As stored. */
  written: number;
}

export class Holds {
  readonly #sql: SqlStorage;
  /** Those that are not over; read when first asked for, since storage may have no tables before. */
  #known: Map<string, Hold> | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** For how long a user is on hold, in milliseconds; 0 for one who is not. */
  remaining(userId: string, now: number): number {
    const known = this.#load(now);
    const hold = known.get(userId);
    if (!hold) return 0;
    if (hold.until <= now) known.delete(userId);
    return Math.max(0, hold.until - now);
  }

  /** Puts a user on hold, or prolongs it. A hold is never shortened. */
  extend(userId: string, until: number, now: number): void {
    const known = this.#load(now);
    const hold = known.get(userId) ?? { until: now, written: now };
    if (until <= hold.until) return;
    hold.until = until;
    known.set(userId, hold);
    if (until - hold.written < WRITTEN_AFTER_MS) return;
    hold.written = until;
    this.#sql.exec(
      "INSERT INTO holds VALUES (?, ?) ON CONFLICT DO UPDATE SET until = excluded.until",
      userId,
      until,
    );
  }

  #load(now: number): Map<string, Hold> {
    if (!this.#known) {
      const rows = this.#sql.exec<{ user_id: string; until: number }>("SELECT * FROM holds").toArray();
      const current = rows.filter(({ until }) => until > now);
      if (current.length < rows.length) this.#sql.exec("DELETE FROM holds WHERE until <= ?", now);
      this.#known = new Map(current.map(({ user_id, until }) => [user_id, { until, written: until }]));
    }
    return this.#known;
  }
}
