/** Shows a client's store in a component: renders again when its snapshot changes. */
import { useSyncExternalStore } from "preact/compat";
import type { Readable } from "../../client/store/store.ts";

export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}
