/** The client's presence as the hooks read it: open as long as one of them does. */
import type { Client, PresenceClient, PresenceState } from "../../client/client.ts";
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { RetainedStore } from "./retained-store.ts";

export class PresenceStore extends RetainedStore<PresenceState, PresenceClient> {
  /** Whom each component watches: the client has one list, which is of them all. */
  readonly #watched = new Set<readonly string[]>();

  constructor(client: Client) {
    super(
      () => client.presence(),
      (_presence, release) => release(),
      EMPTY_PRESENCE,
    );
  }

  /** Follows these users too, until the function that it returns is called. To be called while subscribed. */
  watch(userIds: readonly string[]): () => void {
    const watched = [...userIds];
    this.#watched.add(watched);
    this.#send();
    return () => {
      this.#watched.delete(watched);
      // Not before the next component has said whom it watches: the server takes one list a second.
      queueMicrotask(() => this.#send());
    };
  }

  #send(): void {
    this.ifOpen((presence) => presence.watch([...this.#watched].flat()));
  }
}
