/**
 * What a room loads over HTTP, as a module of its own: it is fetched when the room is first open, and so takes nothing from
 * the time until then. What is asked for earlier waits for it.
 */
import { RequestError } from "../../http/request-error.ts";
import { importAgain } from "../../import-again.ts";
import type { Store } from "../../store/store.ts";
import { withoutBefore } from "../room-reducer.ts";
import type { RoomState } from "../room-state.ts";
import type { PageBounds } from "./message-pages.ts";
import type { PageLoaderOptions } from "./page-loader.ts";
import type { RoomLoading } from "./room-loading.ts";

export class DeferredLoading {
  readonly #store: Store<RoomState>;
  readonly #options: PageLoaderOptions;
  /** There once its module is. */
  #loading: RoomLoading | undefined;
  #fetching: Promise<RoomLoading> | undefined;
  #refreshes = 0;

  constructor(store: Store<RoomState>, options: PageLoaderOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Whether messages are shown that may be out of date, or miss others between them. */
  get isRefreshing(): boolean {
    return this.#refreshes > 0;
  }

  /** The room is open: what it may need next is fetched now, while there certainly is a network. */
  prepare(): void {
    // Without it, each use says so.
    this.#fetch().catch(() => {});
  }

  older(): Promise<void> {
    return this.#use(({ older }) => older.load());
  }

  messages(bounds: PageBounds): Promise<void> {
    return this.#use(({ messages }) => messages.load(bounds));
  }

  members(): Promise<void> {
    return this.#use(({ members }) => members.load());
  }

  /** One that cannot be loaded may be asked for again. */
  quoted(seq: number): void {
    this.#use(async ({ quotes }) => quotes.load(seq)).catch(() => {});
  }

  /** Makes the messages whole again after a snapshot: from `oldest`, the first one shown, to the snapshot's first one. */
  async refresh(oldest: number, snapshotFrom: number): Promise<void> {
    this.#refreshes += 1;
    try {
      await this.#use(({ refresh }) => refresh.run(oldest, snapshotFrom));
    } catch {
      this.#store.update((state) => withoutBefore(state, snapshotFrom));
    }
    this.#refreshes -= 1;
  }

  /** The state is replaced by a snapshot, or the room is opened again: then what is on its way will be rejected. */
  restart(): void {
    this.#loading?.restart();
  }

  /** At once where the module is here. */
  async #use(use: (loading: RoomLoading) => Promise<void>): Promise<void> {
    const loading = this.#loading ?? (await this.#fetch());
    if (this.#options.isClosed()) throw new RequestError("offline", "The room was left.");
    return use(loading);
  }

  #fetch(): Promise<RoomLoading> {
    this.#fetching ??= importAgain(() => import("./room-loading.ts")).then(
      ({ RoomLoading }) => (this.#loading = new RoomLoading(this.#store, this.#options)),
      (cause) => {
        // To be tried again.
        this.#fetching = undefined;
        throw new RequestError("offline", "Lilypad cannot be reached.", { cause });
      },
    );
    return this.#fetching;
  }
}
