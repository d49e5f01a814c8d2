/** Loads the messages above those that are shown, a page at a time. */
import type { Store } from "../../store/store.ts";
import { mergeMessages } from "../messages.ts";
import type { RoomState } from "../room-state.ts";
import type { PageLoader } from "./page-loader.ts";

export class OlderMessages {
  readonly #store: Store<RoomState>;
  readonly #pages: PageLoader;

  constructor(store: Store<RoomState>, pages: PageLoader) {
    this.#store = store;
    this.#pages = pages;
  }

  /** Loads the page above the oldest message. Does nothing while one is loading, or if there is none. */
  async load(): Promise<void> {
    const { hasBefore, loadingBefore, messages } = this.#store.getSnapshot();
    const [oldest] = messages;
    if (!hasBefore || loadingBefore || !oldest) return;
    this.#store.update((state) => ({ ...state, loadingBefore: true }));
    try {
      const page = await this.#pages.messages({ before: oldest.seq });
      this.#store.update((state) => {
        // The list begins elsewhere by now: there would be a gap between it and the page.
        if (state.messages[0]?.seq !== oldest.seq) return state;
        const merged = mergeMessages(state.messages, page.messages);
        return { ...state, messages: merged, hasBefore: page.hasBefore };
      });
    } finally {
      this.#store.update((state) => ({ ...state, loadingBefore: false }));
    }
  }
}
