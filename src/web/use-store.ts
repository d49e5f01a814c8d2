/** Shows a client's store in a component: renders again when its snapshot changes. */
import { useLayoutEffect, useState } from "preact/hooks";
import type { Readable } from "../client/store.ts";

export function useStore<T>(store: Readable<T>): T {
  const [, render] = useState<T>(() => store.getSnapshot());
  useLayoutEffect(() => {
    // Called at once too: it may have changed between the rendering and this.
    return store.subscribe((snapshot) => render(() => snapshot));
  }, [store]);
  return store.getSnapshot();
}
