/** Loads messages from anywhere in the thread. Between them and the others that are loaded there may be a gap. */
import type { Store } from "../../store/store.ts";
import { withMessagePage } from "../room-reducer.ts";
import type { RoomState } from "../room-state.ts";
import type { PageLoader } from "./page-loader.ts";

/** A page of messages: around a message, or the nearest ones before or after it. */
export type PageBounds = { around: number } | { before: number } | { after: number };

export class MessagePages {
  readonly #store: Store<RoomState>;
  readonly #pages: PageLoader;
  /** The pages on their way, by their bounds. */
  #loading = new Map<string, Promise<void>>();

  constructor(store: Store<RoomState>, pages: PageLoader) {
    this.#store = store;
    this.#pages = pages;
  }

  /** A page that is on its way is loaded again when it is asked for. */
  restart(): void {
    this.#loading = new Map();
  }

  /** Loads a page into `messages`; while that is under way, returns the same promise. */
  load(bounds: PageBounds): Promise<void> {
    const key = JSON.stringify(bounds);
    const pages = this.#loading;
    const loading = pages.get(key) ?? this.#load(bounds).finally(() => pages.delete(key));
    pages.set(key, loading);
    return loading;
  }

  async #load(bounds: PageBounds): Promise<void> {
    const page = await this.#pages.messages(bounds);
    if (page.messages.length > 0) this.#store.update((state) => withMessagePage(state, page));
  }
}
