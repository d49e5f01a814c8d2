/** Loads the messages that replies quote, where they are older than those in the list. */
import type { Store } from "../../store/store.ts";
import { mergeMessages } from "../messages.ts";
import { messageIn, type RoomState } from "../room-state.ts";
import type { PageLoader } from "./page-loader.ts";

export class Quotes {
  readonly #store: Store<RoomState>;
  readonly #pages: PageLoader;
  /** The messages that were asked for; one that cannot be loaded may be asked for again. */
  readonly #wanted = new Set<number>();
  #queue: Promise<void> = Promise.resolve();

  constructor(store: Store<RoomState>, pages: PageLoader) {
    this.#store = store;
    this.#pages = pages;
  }

  /** A snapshot has emptied `quoted`: each message is loaded again when it is asked for. */
  restart(): void {
    this.#wanted.clear();
  }

  /** Loads a message into `quoted`, each once. */
  load(seq: number): void {
    if (this.#wanted.has(seq)) return;
    this.#wanted.add(seq);
    // One request at a time: a page may show many replies at once, and one response often has several of their quotes.
    this.#queue = this.#queue.then(() => this.#loadAround(seq));
  }

  async #loadAround(seq: number): Promise<void> {
    if (this.#pages.isClosed || messageIn(this.#store.getSnapshot(), seq)) return;
    try {
      const page = await this.#pages.messages({ around: seq });
      const wanted = page.messages.filter((message) => this.#wanted.has(message.seq));
      this.#store.update((state) => ({ ...state, quoted: mergeMessages(state.quoted, wanted) }));
    } catch {
      // It stays absent until it is asked for again.
      this.#wanted.delete(seq);
    }
  }
}
