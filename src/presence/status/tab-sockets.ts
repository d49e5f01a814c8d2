/** The sockets of tabs: how they are opened, and the ways in which they end. */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { CLOSE, type CloseCode } from "../../protocol/errors.ts";
import { OFFLINE_GRACE_MS, TAB_BYTES } from "../../protocol/limits.ts";
import { closeCodeOf, refusalBy, type Revocation } from "../../rpc/revocation.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { StatusPublisher } from "./status-publisher.ts";
import type { TabSubscriptions } from "./tab-subscriptions.ts";
import type { Tabs } from "./tabs.ts";

/** Tabs whose sessions ended are closed together at such times. Until then nothing is taken from them, nor sent to them. */
const SESSION_ROUND_MS = 5_000;
/**
 * A tab that did not ping for so long has vanished without closing. With the alarm's round (status-publisher.ts),
 * subscribers are notified within two minutes.
 */
const SILENT_MS = 50_000;
/** Whenever this much was sent to tabs, in UTF-16 units, those that have vanished are closed: what waits for them takes memory. */
const CLOSE_SILENT_EVERY = 4 * 1024 * 1024;

export interface TabSocketsParts {
  alarm: AlarmScheduler;
  connections: Connections;
  tabs: Tabs;
  tabSubscriptions: TabSubscriptions;
  publisher: StatusPublisher;
}

export class TabSockets {
  readonly #parts: TabSocketsParts;
  /** How much each tab was sent since this object woke, in UTF-16 units. */
  readonly #sent = new WeakMap<WebSocket, number>();
  #sentInAll = 0;

  constructor(parts: TabSocketsParts) {
    this.#parts = parts;
    parts.connections.onSent = (tab, length) => this.#countSent(tab, length);
  }

  /** A session begins, or was renewed: wakes for its end. */
  endsAt(expiresAt: number): void {
    this.#parts.alarm.wakeBy(roundOf(expiresAt));
  }

  /** When sessions end next, or undefined with no tab open. */
  nextEnd(): number | undefined {
    const end = this.#parts.connections.nextSessionEnd();
    return end === undefined ? undefined : roundOf(end);
  }

  /** Closes a tab from the server's side. */
  close(tab: WebSocket, code: CloseCode, reason: string): void {
    if (this.#parts.connections.close(tab, code, reason)) this.#closed(tab);
  }

  /** A client closed its tab, or its socket broke (1006). */
  answerClose(tab: WebSocket, code: number): void {
    if (this.#parts.connections.answerClose(tab, code)) this.#closed(tab);
  }

  /** Closes the tabs whose sessions have ended. */
  endSessions(now: number): void {
    for (const tab of this.#parts.connections.endSessions(now)) this.#closed(tab);
  }

  /** Closes the tabs of a user whose token or cookie was revoked, or whom the host has banned. */
  closeRevoked(userId: string, revocation: Revocation, now: number): void {
    const { connections, tabs } = this.#parts;
    for (const tab of tabs.of(userId)) {
      const refusal = refusalBy(connections.of(tab), revocation, now);
      if (refusal) this.close(tab, closeCodeOf(refusal), refusal.message);
    }
  }

  /** Closes the tabs that have vanished without closing. To be called by the alarm, which then ends their subscriptions. */
  closeSilent(now: number): void {
    const { connections, tabs, publisher } = this.#parts;
    for (const tab of tabs.all()) {
      const heardAt = connections.heardAt(tab);
      if (now - heardAt > SILENT_MS && connections.close(tab, CLOSE.lost, "nothing was heard for too long"))
        publisher.tabClosed(tab, heardAt, now);
    }
  }

  #countSent(tab: WebSocket, length: number): void {
    const sent = (this.#sent.get(tab) ?? 0) + length;
    this.#sent.set(tab, sent);
    this.#sentInAll += length;
    // Later, since whoever is sending may be going through the tabs.
    if (sent > TAB_BYTES && !this.#parts.connections.of(tab).gone)
      queueMicrotask(() =>
        this.close(tab, CLOSE.tooSlow, "it was sent much, and cannot say what it has read"),
      );
    if (this.#sentInAll < CLOSE_SILENT_EVERY) return;
    this.#sentInAll = 0;
    queueMicrotask(() => this.closeSilent(Date.now()));
  }

  #closed(tab: WebSocket): void {
    const { alarm, tabSubscriptions, publisher } = this.#parts;
    const now = Date.now();
    // A reloaded page subscribes to the same users again in a moment: only what no tab takes over by then is ended.
    if (tabSubscriptions.of(tab).size > 0) alarm.wakeBy(now + OFFLINE_GRACE_MS);
    publisher.tabClosed(tab, now, now);
  }
}

function roundOf(expiresAt: number): number {
  return Math.ceil(expiresAt / SESSION_ROUND_MS) * SESSION_ROUND_MS;
}
