/** Subscribes a component to a store: it renders again when the store's snapshot changes, or what it selects of that. */
import { useSyncExternalStore } from "preact/compat";
import type { Readable } from "../../client/store/store.ts";

export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** `select` returns a value that is compared by identity. */
export function useSelected<T, Selected>(store: Readable<T>, select: (snapshot: T) => Selected): Selected {
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}
