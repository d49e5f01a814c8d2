/** Loads the members that the thread's `welcome` has no place for, a page at a time. */
import type { Store } from "../../store/store.ts";
import { mergeMembers } from "../members.ts";
import type { RoomState } from "../room-state.ts";
import type { PageLoader } from "./page-loader.ts";

export class MemberPages {
  readonly #store: Store<RoomState>;
  readonly #pages: PageLoader;
  /** Where the next page begins; undefined before the first. */
  #cursor: string | undefined;
  #loading: Promise<void> | undefined;

  constructor(store: Store<RoomState>, pages: PageLoader) {
    this.#store = store;
    this.#pages = pages;
  }

  /** A snapshot has replaced the members: the pages begin anew. */
  restart(): void {
    this.#cursor = undefined;
    this.#loading = undefined;
  }

  /** Loads more members than there are in the state; while that is under way, returns the same promise. */
  load(): Promise<void> {
    if (this.#loading) return this.#loading;
    const loading = this.#loadMore().finally(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
    return loading;
  }

  async #loadMore(): Promise<void> {
    const { members } = this.#store.getSnapshot();
    do {
      const page = await this.#pages.members(() => this.#cursor);
      // Of a member that is in both, the state has the newer version: it follows every event.
      this.#store.update((state) => ({ ...state, members: mergeMembers(page.members, state.members) }));
      this.#cursor = page.nextCursor;
    } while (this.#cursor !== undefined && !this.#hasMoreThan(members.length) && !this.#pages.isClosed);
  }

  /** The first page has little that is new: it is loaded only for its cursor. */
  #hasMoreThan(count: number): boolean {
    return this.#store.getSnapshot().members.length > count;
  }
}
