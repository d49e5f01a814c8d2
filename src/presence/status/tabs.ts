/** The connected tabs of this shard's users: the sockets by user, kept in memory and found again after an eviction. */
import type { Connections } from "../../sockets/connections.ts";

/** A set of user ids, whatever it is kept in. */
export type Users = Pick<ReadonlyMap<string, unknown>, "has" | "keys" | "size">;

export class Tabs {
  readonly #connections: Connections;
  #byUser: Map<string, Set<WebSocket>> | undefined;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** Every user with a tab. */
  users(): Users {
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

  opened(socket: WebSocket): void {
    add(this.#index(), this.#connections.of(socket).userId, socket);
  }

  closed(socket: WebSocket): void {
    const { userId } = this.#connections.of(socket);
    const tabs = this.#index().get(userId);
    if (tabs?.delete(socket) && tabs.size === 0) this.#index().delete(userId);
  }

  /** Sends a frame to every tab of a user. */
  send(userId: string, frame: string): void {
    for (const tab of this.of(userId)) this.#connections.sendFrameInSession(tab, frame);
  }

  #index(): Map<string, Set<WebSocket>> {
    if (!this.#byUser) {
      this.#byUser = new Map();
      for (const socket of this.#connections.open())
        add(this.#byUser, this.#connections.of(socket).userId, socket);
    }
    return this.#byUser;
  }
}

function add(byUser: Map<string, Set<WebSocket>>, userId: string, socket: WebSocket): void {
  const tabs = byUser.get(userId);
  if (tabs) tabs.add(socket);
  else byUser.set(userId, new Set([socket]));
}
