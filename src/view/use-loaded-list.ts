/** A list that is loaded when it is shown, again after each act, and again where something says that it has changed. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useAsyncAction } from "./use-async-action.ts";

export interface LoadedList<T> {
  /** Undefined until it is loaded. */
  items: readonly T[] | undefined;
  busy: boolean;
  error: string | undefined;
  /** Carries something out, and loads the list again. Resolves to whether it succeeded; never rejects. */
  act: (action: () => Promise<unknown>) => Promise<boolean>;
}

const NEVER = {};

/** `load` is called again where `key` changes. `textOf` words an error. */
export function useLoadedList<T>(
  load: () => Promise<readonly T[]>,
  textOf: (failure: unknown) => string,
  key?: unknown,
): LoadedList<T> {
  const [items, setItems] = useState<readonly T[]>();
  const { busy, error, run } = useAsyncAction(textOf);
  const act = (action: () => Promise<unknown>) =>
    run(async () => {
      await action();
      setItems(await load());
    });
  const loadedKey = useRef<unknown>(NEVER);
  useEffect(() => {
    // What changes while it is loaded may have come too late for it: it is loaded once more.
    if (busy || loadedKey.current === key) return;
    loadedKey.current = key;
    void act(async () => {});
  }, [key, busy]);
  return { items, busy, error, act };
}
