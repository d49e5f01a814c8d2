/**
 * Makes the messages whole again after a snapshot, which comes where too much was missed for a replay. Messages that were
 * shown before stay, but they may have been changed or deleted meanwhile, and there may be a gap between them and the
 * first message of the snapshot. Both are loaded, unless that is too much.
 */
import { PAGE_MAX } from "../../../protocol/limits.ts";
import type { Message } from "../../../protocol/model.ts";
import type { Store } from "../../store/store.ts";
import { mergeMessages } from "../messages.ts";
import { withoutBefore } from "../room-reducer.ts";
import type { RoomState } from "../room-state.ts";
import type { PageLoader } from "./page-loader.ts";

/** How much is loaded at most: 2,000 messages. */
const MOST_PAGES = 10;

export class MessageRefresh {
  readonly #store: Store<RoomState>;
  readonly #pages: PageLoader;

  constructor(store: Store<RoomState>, pages: PageLoader) {
    this.#store = store;
    this.#pages = pages;
  }

  /** Loads the messages from `oldest`, the first one shown, to `snapshotFrom`, the first one of the snapshot. */
  async run(oldest: number, snapshotFrom: number): Promise<void> {
    const { snapshots } = this.#pages;
    // From here on, the messages are known to be as they are on the server.
    let confirmedFrom = snapshotFrom;
    for (let loaded = 0; confirmedFrom > oldest; loaded++) {
      const messages = loaded < MOST_PAGES ? await this.#load(confirmedFrom) : undefined;
      // Another snapshot has its own refresh.
      if (this.#pages.isClosed || snapshots !== this.#pages.snapshots) return;
      if (!messages) return this.#store.update((state) => withoutBefore(state, confirmedFrom));
      const [first] = messages;
      if (!first) return;
      confirmedFrom = first.seq;
      this.#merge(messages.filter(({ seq }) => seq >= oldest));
    }
  }

  /** The page before a message; undefined if it cannot be loaded. */
  async #load(before: number): Promise<readonly Message[] | undefined> {
    try {
      const page = await this.#pages.messages({ before, limit: PAGE_MAX });
      return page.messages;
    } catch {
      return undefined;
    }
  }

  #merge(messages: readonly Message[]): void {
    this.#store.update((state) => ({ ...state, messages: mergeMessages(state.messages, messages) }));
  }
}
