/**
 * Who is online, and what those who watch them believe. A user is online while a tab is open, and for a moment after
 * the last one closed: when that was is written as it happens, so that the moment passes whatever memory is lost.
 */
import type { Connections } from "../../sockets/connections.ts";
import { OFFLINE_GRACE_MS } from "../../protocol/limits.ts";
import type { UserPresence } from "../../protocol/model.ts";
import type { Tabs } from "./tabs.ts";

/** One who asks is not told that a user is online whose tabs were all silent for so long: three pings. */
const SILENT_IS_OFFLINE_MS = 90_000;
/** A last close longer ago than this is not the one that ended a user's tabs: then they were lost with a crash. */
const CLOSE_IS_RECENT_MS = 120_000;

/** `told_online`: 1 while those who watch believe the user online; 2 while some of them may not know it; else 0. */
type StateRow = { last_seen_at: number | null; told_online: number };

/** One who is no longer online and whose watchers still believe it. */
export interface Owed {
  userId: string;
  lastSeenAt: number;
  /** When they are to be told: the user may come back until then. */
  dueAt: number;
}

export class Online {
  readonly #sql: SqlStorage;
  readonly #tabs: Tabs;
  readonly #connections: Connections;
  readonly #startedAt: number;

  constructor(sql: SqlStorage, tabs: Tabs, connections: Connections, startedAt: number) {
    this.#sql = sql;
    this.#tabs = tabs;
    this.#connections = connections;
    this.#startedAt = startedAt;
  }

  /** The present state of a user, as told to one who asks. */
  presenceOf(userId: string, now: number): UserPresence {
    const lastSeenAt = this.#row(userId)?.last_seen_at ?? undefined;
    if (this.#isHere(userId, now) || isWithin(OFFLINE_GRACE_MS, lastSeenAt, now))
      return { userId, status: "online" };
    return { userId, status: "offline", ...(lastSeenAt !== undefined && { lastSeenAt }) };
  }

  /** The present states of users, for those who watch them: from now on they believe it, and are owed word of the end. */
  presencesToTell(userIds: Iterable<string>, now: number): UserPresence[] {
    return [...userIds].map((userId) => {
      const presence = this.presenceOf(userId, now);
      if (presence.status === "online")
        this.#sql.exec("UPDATE users SET told_online = 1 WHERE user_id = ? AND told_online = 0", userId);
      // Their tabs are silent, and others believe them online: if they are heard again, this one is to know.
      else if (this.#tabs.of(userId).length > 0) this.doubted(userId);
      return presence;
    });
  }

  /** A watched user is here: true where those who watch do not know, or may not. `isFirst`: it is their only tab. */
  isNews(userId: string, isFirst: boolean, now: number): boolean {
    const row = this.#row(userId);
    if (row?.told_online !== 1) {
      this.#sql.exec("UPDATE users SET told_online = 1 WHERE user_id = ?", userId);
      return true;
    }
    // Believed though no other tab is open: the last one closed just now. Or longer ago, and whoever asked since was
    // told of them as offline; or it was lost in a crash, which may have struck before anybody was told.
    return isFirst && !isWithin(OFFLINE_GRACE_MS, row.last_seen_at ?? undefined, now);
  }

  /**
   * A user's last tab closed. True where watchers believe them online, and are owed the news. What some of them may not
   * know stays so: one who comes back in a moment is not told of otherwise.
   */
  wentAway(userId: string, at: number, isWatched: boolean): boolean {
    const believed = isWatched ? (this.#row(userId)?.told_online ?? 0) : 0;
    this.#sql.exec(
      "UPDATE users SET last_seen_at = ?, told_online = ? WHERE user_id = ?",
      at,
      believed,
      userId,
    );
    return believed !== 0;
  }

  /** Of these watched users, the ones who have gone and of whom that was not told. */
  owed(watched: readonly string[], now: number): Owed[] {
    const believed = this.#sql.exec<{ user_id: string; last_seen_at: number | null }>(
      `SELECT user_id, last_seen_at FROM users
       WHERE told_online <> 0 AND user_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(watched),
    );
    return believed
      .toArray()
      .filter((row) => this.#tabs.of(row.user_id).length === 0)
      .map(({ user_id, last_seen_at }) => {
        // Since this object started no tab was lost: then it is the last close, however long telling it takes.
        const closed =
          (last_seen_at ?? 0) >= this.#startedAt ||
          isWithin(CLOSE_IS_RECENT_MS, last_seen_at ?? undefined, now);
        // Lost in a crash: last seen before this object started, whenever that is found out.
        const lastSeenAt = closed && last_seen_at !== null ? last_seen_at : this.#startedAt;
        return { userId: user_id, lastSeenAt, dueAt: lastSeenAt + OFFLINE_GRACE_MS };
      });
  }

  /** Those who watch know that the user is offline. */
  believedOffline(userId: string, lastSeenAt: number): void {
    this.#sql.exec(
      "UPDATE users SET last_seen_at = ?, told_online = 0 WHERE user_id = ? AND told_online <> 0",
      lastSeenAt,
      userId,
    );
  }

  /** Nobody watched these until now, so nobody believes anything of those who are not here. */
  forgetBeliefs(userIds: readonly string[], now: number): void {
    for (const userId of userIds) {
      if (this.presenceOf(userId, now).status === "offline")
        this.#sql.exec("UPDATE users SET told_online = 0 WHERE user_id = ? AND told_online <> 0", userId);
    }
  }

  /** Some of those who watch may not know that the user is online: it is to be told again. */
  doubted(userId: string): void {
    this.#sql.exec("UPDATE users SET told_online = 2 WHERE user_id = ? AND told_online = 1", userId);
  }

  #isHere(userId: string, now: number): boolean {
    return this.#tabs
      .of(userId)
      .some((tab) => isWithin(SILENT_IS_OFFLINE_MS, this.#connections.heardAt(tab), now));
  }

  #row(userId: string): StateRow | undefined {
    return this.#sql
      .exec<StateRow>("SELECT last_seen_at, told_online FROM users WHERE user_id = ?", userId)
      .toArray()[0];
  }
}

/** Whether something was at most so long ago. */
function isWithin(ms: number, at: number | undefined, now: number): boolean {
  return at !== undefined && now - at <= ms;
}
