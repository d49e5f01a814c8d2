/** The open tabs of this shard's users, by user: kept in memory, and read from the sockets again after an eviction. */
import type { Connections } from "../../sockets/connections.ts";

/** A set of user ids, whatever it is kept in. */
export interface UserIds {
  readonly size: number;
  has: (userId: string) => boolean;
  keys: () => Iterable<string>;
}

export class Tabs {
  readonly #connections: Connections;
  #byUser: Map<string, Set<WebSocket>> | undefined;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** Every user with an open tab. */
  users(): UserIds {
    return this.#index();
  }

  /** The open tabs of a user. */
  of(userId: string): WebSocket[] {
    return [...(this.#index().get(userId) ?? [])];
  }

  /** Every open tab. */
  all(): WebSocket[] {
    return Array.from(this.#index().values(), (tabs) => Array.from(tabs)).flat();
  }

  opened(tab: WebSocket): void {
    add(this.#index(), this.#connections.of(tab).userId, tab);
  }

  closed(tab: WebSocket): void {
    const { userId } = this.#connections.of(tab);
    const tabs = this.#index().get(userId);
    if (tabs?.delete(tab) && tabs.size === 0) this.#index().delete(userId);
  }

  /** Sends encoded frames to every tab of a user. */
  send(userId: string, frames: readonly string[]): void {
    for (const tab of this.of(userId))
      for (const frame of frames) this.#connections.sendFrameInSession(tab, frame);
  }

  #index(): Map<string, Set<WebSocket>> {
    if (!this.#byUser) {
      this.#byUser = new Map();
      for (const tab of this.#connections.open()) add(this.#byUser, this.#connections.of(tab).userId, tab);
    }
    return this.#byUser;
  }
}

function add(byUser: Map<string, Set<WebSocket>>, userId: string, tab: WebSocket): void {
  const tabs = byUser.get(userId);
  if (tabs) tabs.add(tab);
  else byUser.set(userId, new Set([tab]));
}
