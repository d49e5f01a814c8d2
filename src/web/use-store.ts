/** Shows a client's store in a component: renders again when its snapshot changes. */
import { useLayoutEffect, useState } from "preact/hooks";
import type { Readable } from "../client/store.ts";

export function useStore<T>(store: Readable<T>): T {
  const [, render] = useState<T>(() => store.get());
  useLayoutEffect(() => {
    const show = () => render(() => store.get());
    // It may have changed between the rendering and this.
    show();
    return store.subscribe(show);
  }, [store]);
  return store.get();
}
