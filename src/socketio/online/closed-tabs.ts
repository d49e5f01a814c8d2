/**
 * Reports to Presence which tabs are no longer open, so that it does not believe in them for ever:
 *
 * - Of those that close, at once, and in one call those that close together. What does not arrive is written down, and
 *   reported by the alarm.
 * - After a crash, which ends all sessions, that all tabs from before it are lost. Which Presence shards may have any is
 *   written down before the first: the alarm of the heartbeats, which outlives a crash, starts the object again.
 *
 * Of the steady coming and going nothing is written here.
 */
import { configOf } from "../../config/config.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { BatchTiming } from "../../rpc/batch-timing.ts";
import { callObject } from "../../rpc/call.ts";
import { presenceStub, shardOf } from "../../rpc/shards.ts";
import type { ClosedTab } from "../../rpc/socketio-tabs.ts";
import type { SessionTabs } from "./session-tabs.ts";

/** When what did not arrive is reported again. */
const RETRY_MS = 10_000;
/** Presence shards called in one alarm. */
const CALLS_PER_ALARM = 25;
/** Tabs in one call. */
const TABS_PER_CALL = 5_000;

type LostRow = { presence_shard: number; life: string; shards: number };
type ClosedRow = { user_id: string; tab_id: string; last_seen_at: number };

export interface ClosedTabsParts {
  env: Env;
  shard: number;
  alarm: AlarmScheduler;
  tabs: SessionTabs;
}

export class ClosedTabs {
  readonly #sql: SqlStorage;
  readonly #parts: ClosedTabsParts;
  /** The Presence shards that are written down in this life. */
  readonly #known: Set<number>;
  /** Those that may have tabs from before a crash. */
  #lost: LostRow[];
  /** Whether some are written down in `closed_tabs`. */
  #isUnreported: boolean;
  /** By Presence shard. */
  readonly #waiting = new Map<number, ClosedTab[]>();
  readonly #timings = new Map<number, BatchTiming>();

  /** Registers its duty. */
  constructor(sql: SqlStorage, parts: ClosedTabsParts) {
    this.#sql = sql;
    this.#parts = parts;
    const rows = sql.exec<LostRow>("SELECT * FROM presence_shards").toArray();
    const isKnown = ({ life }: LostRow) => life === parts.tabs.life;
    this.#known = new Set(rows.filter(isKnown).map((row) => row.presence_shard));
    this.#lost = rows.filter((row) => !isKnown(row));
    this.#isUnreported = this.#hasUnreported();
    parts.alarm.register({
      name: "tabs that are no longer open",
      run: () => this.#catchUp(),
      dueAt: (now) => (this.#isBehind() ? now + RETRY_MS : undefined),
    });
  }

  /** To be called when the object starts and knows its alarm. */
  resume(now: number): void {
    if (this.#isBehind()) this.#parts.alarm.wakeBy(now);
  }

  /** A tab of this user is about to be opened: a row written for the first one of a Presence shard. */
  opening(userId: string): void {
    const presenceShard = this.#shardOf(userId);
    if (this.#known.has(presenceShard)) return;
    this.#known.add(presenceShard);
    this.#sql.exec(
      "INSERT INTO presence_shards VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      presenceShard,
      this.#parts.tabs.life,
      configOf(this.#parts.env).presenceShards,
    );
  }

  /** A tab has closed. */
  closed(tab: ClosedTab): void {
    const shard = this.#shardOf(tab.userId);
    const waiting = this.#waiting.get(shard) ?? [];
    this.#waiting.set(shard, waiting);
    waiting.push(tab);
    let timing = this.#timings.get(shard);
    if (!timing) this.#timings.set(shard, (timing = new BatchTiming(() => this.#sendNext(shard))));
    timing.due();
  }

  async #sendNext(shard: number): Promise<boolean> {
    const waiting = this.#waiting.get(shard) ?? [];
    const batch = waiting.splice(0, TABS_PER_CALL);
    try {
      if (batch.length > 0) await this.#report(shard, batch);
    } catch {
      // It was logged.
      this.#isUnreported = true;
      for (const { userId, tabId, lastSeenAt } of batch)
        this.#sql.exec("INSERT OR REPLACE INTO closed_tabs VALUES (?, ?, ?)", userId, tabId, lastSeenAt);
      this.#parts.alarm.wakeBy(Date.now() + RETRY_MS);
    }
    return waiting.length > 0;
  }

  async #report(shard: number, closed: ClosedTab[]): Promise<void> {
    await callObject(
      () => presenceStub(this.#parts.env, shard),
      (presence) => presence.tabsClosed(closed),
    );
  }

  async #catchUp(): Promise<void> {
    const closed = this.#isUnreported
      ? this.#sql.exec<ClosedRow>("SELECT * FROM closed_tabs LIMIT ?", TABS_PER_CALL).toArray()
      : [];
    const byShard = [...Map.groupBy(closed, ({ user_id }) => this.#shardOf(user_id))];
    const lost = this.#lost.slice(0, CALLS_PER_ALARM - Math.min(byShard.length, CALLS_PER_ALARM - 1));
    // What failed was logged, and is reported again.
    await Promise.allSettled([
      ...byShard.slice(0, CALLS_PER_ALARM).map(([shard, rows]) => this.#reportAgain(shard, rows)),
      ...lost.map((row) => this.#reportLost(row)),
    ]);
    if (closed.length > 0) this.#isUnreported = this.#hasUnreported();
    if (this.#parts.tabs.size > 0) return;
    await Promise.all(this.#timings.values().map((timing) => timing.settled()));
    this.#forgetShards();
  }

  async #reportAgain(shard: number, rows: ClosedRow[]): Promise<void> {
    const closed = rows.map(({ user_id, tab_id, last_seen_at }) => ({
      userId: user_id,
      tabId: tab_id,
      lastSeenAt: last_seen_at,
    }));
    await this.#report(shard, closed);
    for (const { tabId } of closed) this.#sql.exec("DELETE FROM closed_tabs WHERE tab_id = ?", tabId);
  }

  /** Where the number of shards was raised since, users of one shard are in several. */
  async #reportLost(row: LostRow): Promise<void> {
    const { presence_shard, shards } = row;
    const { env, shard, tabs } = this.#parts;
    const { presenceShards } = configOf(env);
    const targets = new Set([presence_shard]);
    if (presenceShards > shards)
      for (let no = presence_shard; no < presenceShards; no += shards) targets.add(no);
    await Promise.all(
      Array.from(targets, (target) =>
        callObject(
          () => presenceStub(env, target),
          (presence) => presence.tabsLost(shard, tabs.life, presenceShards),
        ),
      ),
    );
    this.#sql.exec(
      "DELETE FROM presence_shards WHERE presence_shard = ? AND life = ?",
      presence_shard,
      row.life,
    );
    this.#lost = this.#lost.filter((one) => one !== row);
  }

  /** Without tabs, no Presence shard has any: the last heartbeat's alarm, which finds no session, writes so. */
  #forgetShards(): void {
    const { tabs } = this.#parts;
    const isWaiting = [...this.#waiting.values()].some((some) => some.length > 0);
    if (tabs.size > 0 || this.#known.size === 0 || isWaiting || this.#isBehind()) return;
    this.#known.clear();
    this.#sql.exec("DELETE FROM presence_shards");
  }

  #isBehind(): boolean {
    return this.#isUnreported || this.#lost.length > 0;
  }

  #hasUnreported(): boolean {
    return this.#sql.exec("SELECT 1 FROM closed_tabs LIMIT 1").toArray().length > 0;
  }

  #shardOf(userId: string): number {
    return shardOf(userId, configOf(this.#parts.env).presenceShards);
  }
}
