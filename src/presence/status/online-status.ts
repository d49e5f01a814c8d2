/**
 * Who is online, and what was last published of it. A user is online while a tab is open, and for a grace period after the
 * last one closed. When that was is written as it happens, so that the period ends on time whatever memory is lost.
 *
 * The column `told_online` is the status that was last published to a user's subscribers: 0 for offline, or none; 1 for
 * online; 2 for online where it may not have reached all of them, so that it is to be published again.
 */
import { OFFLINE_GRACE_MS } from "../../protocol/limits.ts";
import type { UserPresence } from "../../protocol/model.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { SocketIoTabs } from "../socketio-tabs/socketio-tabs.ts";
import type { Tabs } from "./tabs.ts";

/** A user whose tabs were all silent for so long counts as offline for whoever asks: three pings. */
const SILENT_IS_OFFLINE_MS = 90_000;
/** `told_online`: published as online; and where it may not have reached all subscribers. */
const PUBLISHED = 1;
export const UNCONFIRMED = 2;
/** A last close longer ago than this is not the one that ended a user's tabs: those were then lost in a crash. */
const CLOSE_IS_RECENT_MS = 120_000;

type StatusRow = { last_seen_at: number | null; told_online: number };

/** A user who is no longer online, and of whom that was not published yet. */
export interface PendingOffline {
  userId: string;
  lastSeenAt: number;
  /** When it is to be published: the end of the grace period. */
  dueAt: number;
}

export interface OnlineStatusParts {
  connections: Connections;
  tabs: Tabs;
  socketIoTabs: SocketIoTabs;
}

export class OnlineStatus {
  readonly #sql: SqlStorage;
  readonly #parts: OnlineStatusParts;
  readonly #startedAt: number;

  /** `startedAt`: when the object started, in milliseconds since the epoch. */
  constructor(sql: SqlStorage, parts: OnlineStatusParts, startedAt: number) {
    this.#sql = sql;
    this.#parts = parts;
    this.#startedAt = startedAt;
  }

  /** The present status of a user. */
  presenceOf(userId: string, now: number): UserPresence {
    const lastSeenAt = this.#row(userId)?.last_seen_at ?? undefined;
    if (this.#isConnected(userId, now) || isWithin(OFFLINE_GRACE_MS, lastSeenAt, now))
      return { userId, status: "online" };
    return { userId, status: "offline", ...(lastSeenAt !== undefined && { lastSeenAt }) };
  }

  /** The present status of a user, to be sent to a subscriber: one who is online counts as published so from now on. */
  presenceToSend(userId: string, now: number): UserPresence {
    const presence = this.presenceOf(userId, now);
    if (presence.status === "online")
      this.#sql.exec("UPDATE users SET told_online = 1 WHERE user_id = ? AND told_online = 0", userId);
    // Their tabs are silent, while other subscribers have them as online: if they are heard again, this one is to know.
    else if (this.#parts.tabs.of(userId).length > 0) this.mayNotHaveReachedAll(userId);
    return presence;
  }

  /**
   * A user with subscribers is online: notes it as published, and returns whether it is to be published, since the
   * subscribers do not know it, or may not. `isFirst`: it is the user's only tab. `as`: until it is known to have reached
   * all, it may be noted as unconfirmed.
   */
  cameOnline(
    userId: string,
    isFirst: boolean,
    now: number,
    as: typeof PUBLISHED | typeof UNCONFIRMED = PUBLISHED,
  ): boolean {
    const row = this.#row(userId);
    if (row?.told_online !== PUBLISHED) {
      if (row?.told_online !== as) this.#setPublished(userId, as);
      return true;
    }
    // Published as online though no other tab is open: the last one closed just now. Or it closed longer ago, and whoever
    // subscribed since was sent offline; or it was lost in a crash, which may have come before anything was published.
    return isFirst && !isWithin(OFFLINE_GRACE_MS, row.last_seen_at ?? undefined, now);
  }

  /**
   * A user's last tab closed. Returns whether subscribers have them as online, so that offline is pending. A 2 stays a 2:
   * a user who is back within the grace period is not published in between.
   */
  lastTabClosed(userId: string, at: number, hasSubscribers: boolean): boolean {
    const published = hasSubscribers ? (this.#row(userId)?.told_online ?? 0) : 0;
    this.#sql.exec(
      "UPDATE users SET last_seen_at = ?, told_online = ? WHERE user_id = ?",
      at,
      published,
      userId,
    );
    return published !== 0;
  }

  /** Of these users, those whose offline status is pending. */
  pendingOffline(userIds: readonly string[], now: number): PendingOffline[] {
    const published = this.#sql.exec<{ user_id: string; last_seen_at: number | null }>(
      `SELECT user_id, last_seen_at FROM users
       WHERE told_online <> 0 AND user_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(userIds),
    );
    return published
      .toArray()
      .filter((row) => !this.#hasTab(row.user_id))
      .map(({ user_id, last_seen_at }) => {
        // No tab was lost since this object started: then it is the last close, however long publishing it takes.
        const isClose =
          (last_seen_at ?? 0) >= this.#startedAt ||
          isWithin(CLOSE_IS_RECENT_MS, last_seen_at ?? undefined, now);
        // Lost in a crash: last seen before this object started, whenever that is found out.
        const lastSeenAt = isClose && last_seen_at !== null ? last_seen_at : this.#startedAt;
        return { userId: user_id, lastSeenAt, dueAt: lastSeenAt + OFFLINE_GRACE_MS };
      });
  }

  /** It was published that a user is offline. */
  publishedOffline(userId: string, lastSeenAt: number): void {
    this.#sql.exec(
      "UPDATE users SET last_seen_at = ?, told_online = 0 WHERE user_id = ? AND told_online <> 0",
      lastSeenAt,
      userId,
    );
  }

  /** These users had no subscriber until now: what was published of them before counts no more, unless they are online. */
  gotFirstSubscriber(userIds: readonly string[], now: number): void {
    for (const userId of userIds) {
      if (this.presenceOf(userId, now).status === "offline")
        this.#sql.exec("UPDATE users SET told_online = 0 WHERE user_id = ? AND told_online <> 0", userId);
    }
  }

  /** That a user is online may not have reached all subscribers: it is to be published again. */
  mayNotHaveReachedAll(userId: string): void {
    this.#sql.exec("UPDATE users SET told_online = 2 WHERE user_id = ? AND told_online = 1", userId);
  }

  /** It has reached all subscribers that a user is online. */
  hasReachedAll(userId: string): void {
    this.#sql.exec(
      "UPDATE users SET told_online = ? WHERE user_id = ? AND told_online = ?",
      PUBLISHED,
      userId,
      UNCONFIRMED,
    );
  }

  /** Whether that a user is online is to be published again. */
  isUnconfirmed(userId: string): boolean {
    return this.#row(userId)?.told_online === UNCONFIRMED;
  }

  #hasTab(userId: string): boolean {
    return this.#parts.tabs.users().has(userId) || this.#parts.socketIoTabs.has(userId);
  }

  /** Whoever is silent over Socket.IO for too long, their own shard closes. */
  #isConnected(userId: string, now: number): boolean {
    const { connections, tabs, socketIoTabs } = this.#parts;
    return (
      socketIoTabs.has(userId) ||
      tabs.of(userId).some((tab) => isWithin(SILENT_IS_OFFLINE_MS, connections.heardAt(tab), now))
    );
  }

  #setPublished(userId: string, as: number): void {
    this.#sql.exec("UPDATE users SET told_online = ? WHERE user_id = ?", as, userId);
  }

  #row(userId: string): StatusRow | undefined {
    return this.#sql
      .exec<StatusRow>("SELECT last_seen_at, told_online FROM users WHERE user_id = ?", userId)
      .toArray()[0];
  }
}

/** Whether something was at most so long ago. */
function isWithin(ms: number, at: number | undefined, now: number): boolean {
  return at !== undefined && now - at <= ms;
}
