/** The client's presence as the hooks read it: open as long as one of them does. */
import type { Client, PresenceClient, PresenceState } from "../../client/client.ts";
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { Store, type Readable } from "../../client/store/store.ts";
import { RetainedStore } from "./retained-store.ts";

export const NOBODY: ReadonlySet<string> = new Set();
export const NO_INVITATIONS: PresenceState["invitations"] = [];

export class PresenceStore extends RetainedStore<PresenceState, PresenceClient> {
  /** Whom each component watches: the client has one list, which is of them all. */
  readonly #watched = new Set<readonly string[]>();

  /**
   * The ids of those whom the user has blocked, as far as they are known: since somebody last went online. To read it opens
   * nothing, so that what shows one thread needs no second connection.
   */
  readonly blocked: Readable<ReadonlySet<string>>;
  /** The invitations and message requests that are known in the same way. */
  readonly invitations: Readable<PresenceState["invitations"]>;

  constructor(client: Client) {
    const blocked = new Store(NOBODY);
    const invitations = new Store<PresenceState["invitations"]>(NO_INVITATIONS);
    let stop = () => {};
    super(
      () => {
        const presence = client.presence();
        // Before the first `welcome` it is not known who is blocked.
        stop = presence.subscribe((state) => {
          if (!state.user) return;
          blocked.set(state.blocked);
          invitations.set(state.invitations);
        });
        return presence;
      },
      (_presence, release) => {
        stop();
        release();
      },
      EMPTY_PRESENCE,
    );
    this.blocked = blocked;
    this.invitations = invitations;
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
