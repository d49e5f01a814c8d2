/** The stores of a client: one of each thread, of presence, and of answers that can be taken back, for all components that use the client. */
import type { Client } from "../../client/client.ts";
import { HeldRemovals } from "../../view/removals/held-removals.ts";
import { PresenceStore } from "./presence-store.ts";
import { RoomStore } from "./room-store.ts";

export class ClientStores {
  readonly client: Client;
  readonly presence: PresenceStore;
  /** Requests that were declined just now, by thread id. */
  readonly answers = new HeldRemovals();
  readonly #threads = new Map<string, RoomStore>();

  constructor(client: Client) {
    this.client = client;
    this.presence = new PresenceStore(client);
  }

  thread(thread: string): RoomStore {
    let store = this.#threads.get(thread);
    if (!store) this.#threads.set(thread, (store = new RoomStore(this.client, thread)));
    return store;
  }
}

const stores = new WeakMap<Client, ClientStores>();

/** Those of this client: the same ones each time. */
export function storesOf(client: Client): ClientStores {
  let found = stores.get(client);
  if (!found) stores.set(client, (found = new ClientStores(client)));
  return found;
}
