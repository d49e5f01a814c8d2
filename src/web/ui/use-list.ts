/** A list that a dialog loads when it opens, and again after each act. */
import { useEffect, useState } from "preact/hooks";
import { useAsyncAction } from "./use-async-action.ts";

export interface LoadedList<T> {
  /** Undefined until it is loaded. */
  items: readonly T[] | undefined;
  busy: boolean;
  error: string | undefined;
  /** Carries something out, and loads the list again. Resolves to whether it succeeded; never rejects. */
  act: (action: () => Promise<unknown>) => Promise<boolean>;
}

/** `load` is called again where `key` changes. */
export function useList<T>(load: () => Promise<readonly T[]>, key?: unknown): LoadedList<T> {
  const [items, setItems] = useState<readonly T[]>();
  const { busy, error, run } = useAsyncAction();
  const act = (action: () => Promise<unknown>) =>
    run(async () => {
      await action();
      setItems(await load());
    });
  useEffect(() => void act(async () => {}), [key]);
  return { items, busy, error, act };
}
