/** The members beyond the first 200, which a welcome does not bring. They join the others in the room's state. */
import { PAGE_MAX } from "../protocol/limits.ts";
import type { Api } from "./api.ts";
import { withMembers } from "./room-pages.ts";
import type { RoomState } from "./room-state.ts";
import type { Store } from "./store.ts";

export class MoreMembers {
  readonly #api: Api;
  readonly #store: Store<RoomState>;
  readonly #threadId: string;
  #cursor: string | undefined;

  constructor(api: Api, store: Store<RoomState>, threadId: string) {
    this.#api = api;
    this.#store = store;
    this.#threadId = threadId;
  }

  /** Loads the next page; the first ones again where a welcome has begun the list anew. */
  async load(): Promise<void> {
    const held = this.#store.get().members.length;
    do {
      const page = await this.#api.members(this.#threadId, {
        limit: PAGE_MAX,
        ...(this.#cursor !== undefined && { cursor: this.#cursor }),
      });
      this.#store.update((state) => withMembers(state, page.members));
      this.#cursor = page.nextCursor;
    } while (this.#cursor !== undefined && this.#store.get().members.length <= held);
  }

  /** After a welcome the state has the first members only. */
  restart(): void {
    this.#cursor = undefined;
  }
}
