/**
 * What the user has chosen and can still undo: deleted messages, discarded messages and changes, answers to requests. Each is held for
 * some seconds before anything is sent. Leaving the thread, the page or the session ends that early, so that nothing is
 * forgotten.
 */
import { Store, type Readable } from "../../client/store/store.ts";

/** How long a removal can be undone; a further one starts this time again, for all that are held. */
export const UNDO_MS = 6_000;

export type RemovalKind =
  | "message deleted"
  | "message discarded"
  | "change discarded"
  | "request accepted"
  | "request declined"
  | "person blocked";

export interface Removal {
  /** The key of the message's row, or the id of the change or of the requesting thread. */
  key: string;
  what: RemovalKind;
  /** Settles when it is removed, or could not be. */
  carryOut: () => Promise<unknown>;
}

export interface RemovalsState {
  /** Those that can be undone. */
  held: readonly Removal[];
  /** Those that are being carried out. */
  underway: readonly Removal[];
}

/** Where nothing was removed. */
export const NOTHING_REMOVED: RemovalsState = { held: [], underway: [] };

export class HeldRemovals implements Readable<RemovalsState> {
  readonly #state = new Store<RemovalsState>(NOTHING_REMOVED);
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly getSnapshot = this.#state.getSnapshot;
  readonly subscribe = this.#state.subscribe;

  hold(removal: Removal): void {
    this.#state.update((state) => ({ ...state, held: [...state.held, removal] }));
    this.#stopWaiting();
    this.#timer = setTimeout(() => this.carryOut(), UNDO_MS);
    // A phone may end a page in the background without a further event.
    document.addEventListener("visibilitychange", this.#onVisibility);
    addEventListener("pagehide", this.#onPageHide);
  }

  /** Gives up all removals that are held. */
  undo(): void {
    this.#stopWaiting();
    this.#state.update((state) => ({ ...state, held: [] }));
  }

  /** Carries out all removals that are held, now. */
  carryOut(): void {
    const { held, underway } = this.getSnapshot();
    this.#stopWaiting();
    if (held.length === 0) return;
    this.#state.set({ held: [], underway: [...underway, ...held] });
    for (const removal of held) void removal.carryOut().finally(() => this.#ended(removal));
  }

  readonly #onPageHide = (): void => this.carryOut();
  readonly #onVisibility = (): void => {
    if (document.visibilityState === "hidden") this.carryOut();
  };

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    removeEventListener("pagehide", this.#onPageHide);
  }

  #ended(removal: Removal): void {
    this.#state.update((state) => ({
      ...state,
      underway: state.underway.filter((other) => other !== removal),
    }));
  }
}
