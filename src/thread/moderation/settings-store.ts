/** What moderators set of the thread: its topic, slow mode, whether it is locked, and who posts. */
import { fillerLike } from "../../durable/record-length.ts";
import type { ThreadSettings, WhoPosts } from "../../protocol/model.ts";

type SettingsRow = {
  topic: string | null;
  slow_mode_ms: number;
  locked: number;
  who_posts: WhoPosts;
};

/** What is absent stays. */
type GivenSettings = { [K in keyof ThreadSettings]?: ThreadSettings[K] | undefined };

const DEFAULTS: ThreadSettings = { topic: null, slowModeMs: 0, locked: false, whoPosts: "members" };

export class SettingsStore {
  readonly #sql: SqlStorage;
  #current: ThreadSettings;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const [row] = sql
      .exec<SettingsRow>("SELECT topic, slow_mode_ms, locked, who_posts FROM settings")
      .toArray();
    this.#current = row ? fromRow(row) : DEFAULTS;
  }

  get current(): ThreadSettings {
    return this.#current;
  }

  /**
   * Changes what is given: a row written, and one that overwrites the topic where it lies, where there was another. Returns
   * what is different now; undefined, with nothing written, where nothing is.
   */
  change(given: GivenSettings): Partial<ThreadSettings> | undefined {
    const before = this.#current;
    const changed = Object.fromEntries(
      Object.entries(given).filter(([name, value]) => {
        return value !== undefined && value !== before[name as keyof ThreadSettings];
      }),
    ) as Partial<ThreadSettings>;
    if (Object.keys(changed).length === 0) return undefined;
    const { topic, slowModeMs, locked, whoPosts } = { ...before, ...changed };
    if (changed.topic !== undefined && before.topic !== null)
      this.#sql.exec("UPDATE settings SET topic = ?", fillerLike(before.topic));
    this.#sql.exec(
      `INSERT INTO settings VALUES (1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET topic = excluded.topic,
       slow_mode_ms = excluded.slow_mode_ms, locked = excluded.locked, who_posts = excluded.who_posts`,
      topic,
      slowModeMs,
      locked ? 1 : 0,
      whoPosts,
    );
    this.#current = { topic, slowModeMs, locked, whoPosts };
    return changed;
  }
}

function fromRow({ topic, slow_mode_ms, locked, who_posts }: SettingsRow): ThreadSettings {
  return { topic, slowModeMs: slow_mode_ms, locked: locked === 1, whoPosts: who_posts };
}
