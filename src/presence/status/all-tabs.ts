/** The open tabs of this shard's users, over either transport: sockets here, and sessions of Socket.IO shards. */
import type { Connections } from "../../sockets/connections.ts";
import type { SocketIoTab, SocketIoTabs } from "../socketio-tabs/socketio-tabs.ts";
import type { Tabs, UserIds } from "./tabs.ts";

export type Tab = WebSocket | SocketIoTab;

/** What of a tab is the same over both transports. */
export interface TabIdentity {
  id: string;
  userId: string;
  /** Milliseconds since the epoch. */
  openedAt: number;
}

export class AllTabs {
  readonly #connections: Connections;
  readonly #tabs: Tabs;
  readonly #socketIoTabs: SocketIoTabs;

  constructor(connections: Connections, tabs: Tabs, socketIoTabs: SocketIoTabs) {
    this.#connections = connections;
    this.#tabs = tabs;
    this.#socketIoTabs = socketIoTabs;
  }

  /** Every user with an open tab. */
  users(): UserIds {
    const [here, elsewhere] = [this.#tabs.users(), this.#socketIoTabs.users()];
    if (elsewhere.size === 0) return here;
    return new Set([...here.keys(), ...elsewhere.keys()]);
  }

  has(userId: string): boolean {
    return this.#tabs.users().has(userId) || this.#socketIoTabs.has(userId);
  }

  of(userId: string): Tab[] {
    return [...this.#tabs.of(userId), ...this.#socketIoTabs.of(userId)];
  }

  all(): Tab[] {
    return [...this.#tabs.all(), ...this.#socketIoTabs.all()];
  }

  identityOf(tab: Tab): TabIdentity {
    return isSocketIoTab(tab) ? tab : this.#connections.of(tab);
  }
}

export function isSocketIoTab(tab: Tab): tab is SocketIoTab {
  return "life" in tab;
}
