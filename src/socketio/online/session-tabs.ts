/** The sessions that are tabs of their users at Presence, by tab and by user. Their attachments remember it. */
import { SOCKETIO_PING_MS } from "../../protocol/limits.ts";
import { randomText } from "../../rpc/socketio.ts";
import type { ClientSession, SessionTab } from "../session-data.ts";

export class SessionTabs {
  readonly life: string;
  readonly #byTab = new Map<string, ClientSession>();
  readonly #byUser = new Map<string, Set<ClientSession>>();
  /** When a client last sent something since this object woke. */
  readonly #heardAt = new WeakMap<ClientSession, number>();

  /** `sessions`: those from before an eviction. */
  constructor(sessions: Iterable<ClientSession>) {
    const tabs = [...sessions].filter(({ data }) => data.tab !== undefined);
    this.life = tabs[0]?.data.tab?.life ?? randomText();
    for (const session of tabs) this.#add(session);
  }

  get size(): number {
    return this.#byTab.size;
  }

  all(): Iterable<ClientSession> {
    return this.#byTab.values();
  }

  ofUser(userId: string): ClientSession[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  withId(tabId: string): ClientSession | undefined {
    return this.#byTab.get(tabId);
  }

  /** A session becomes a tab. */
  open(session: ClientSession, userId: string, now: number): SessionTab {
    const tab: SessionTab = { id: randomText(), userId, life: this.life, openedAt: now };
    session.data.tab = tab;
    this.#add(session);
    return tab;
  }

  /** A session is a tab no longer. Returns what it was, the first time. */
  close(session: ClientSession): SessionTab | undefined {
    const { tab } = session.data;
    if (!tab) return undefined;
    delete session.data.tab;
    this.#byTab.delete(tab.id);
    const others = this.#byUser.get(tab.userId);
    if (others?.delete(session) && others.size === 0) this.#byUser.delete(tab.userId);
    return tab;
  }

  heard(session: ClientSession, now: number): void {
    this.#heardAt.set(session, now);
  }

  /** When a session's client was last heard of: what it sent, or the last ping that it answered. */
  heardAt(session: ClientSession): number {
    const { pingDueAt, pongDueAt } = session.record;
    const pingedAt = pingDueAt - SOCKETIO_PING_MS;
    const answeredAt = pongDueAt === 0 ? pingedAt : pingedAt - SOCKETIO_PING_MS;
    return Math.max(session.data.tab?.openedAt ?? 0, answeredAt, this.#heardAt.get(session) ?? 0);
  }

  #add(session: ClientSession): void {
    const { tab } = session.data;
    if (!tab) return;
    this.#byTab.set(tab.id, session);
    const sessions = this.#byUser.get(tab.userId) ?? new Set<ClientSession>();
    this.#byUser.set(tab.userId, sessions.add(session));
  }
}
