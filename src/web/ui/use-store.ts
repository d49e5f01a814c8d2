/** Subscribes a component to a store of the client: it renders again when the store's snapshot changes. */
import { useSyncExternalStore } from "preact/compat";
import type { Readable } from "../../client/store/store.ts";

export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}
