/**
 * Messages that others reply to and that are older than what is shown: loaded to be quoted, each asked for
 * once. One request at a time, since a page may show many replies at once, and neighbours come together.
 */
import type { Api } from "./api.ts";
import type { RoomState } from "./room-state.ts";
import type { Store } from "./store.ts";
import { withQuoted } from "./room-pages.ts";

const NEIGHBOURS = 50;

export class Quotes {
  readonly #api: Api;
  readonly #store: Store<RoomState>;
  readonly #threadId: string;
  readonly #asked = new Set<number>();
  #last: Promise<void> = Promise.resolve();

  constructor(api: Api, store: Store<RoomState>, threadId: string) {
    this.#api = api;
    this.#store = store;
    this.#threadId = threadId;
  }

  /** Loads the message `seq` into `quoted`, unless it is there, or was asked for already. */
  load(seq: number): void {
    if (this.#asked.has(seq)) return;
    this.#asked.add(seq);
    this.#last = this.#last.then(() => this.#fetch(seq));
  }

  /** After a snapshot nothing quoted is known to be as it was: it is asked for anew. */
  forget(): void {
    this.#asked.clear();
  }

  async #fetch(seq: number): Promise<void> {
    const { messages, quoted } = this.#store.get();
    if (messages.some((message) => message.seq === seq) || quoted.some((message) => message.seq === seq))
      return;
    try {
      const page = await this.#api.messages(this.#threadId, { around: seq, limit: NEIGHBOURS });
      const wanted = page.messages.filter((message) => this.#asked.has(message.seq));
      this.#store.update((state) => withQuoted(state, wanted));
    } catch {
      // It stays "Earlier message": no reason to trouble anybody.
    }
  }
}
