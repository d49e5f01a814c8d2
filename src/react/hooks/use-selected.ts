/** Reads a part of a store: the component renders again when that part changes. */
import { useRef, useSyncExternalStore } from "react";
import type { Readable } from "../../client/store/store.ts";

/**
 * `select` returns what is compared by `isEqual`, by default by identity. On a server, and while its page is hydrated, it
 * selects from the snapshot of a store that nobody has opened.
 */
export function useSelected<State, Selected>(
  store: Readable<State>,
  empty: State,
  select: (state: State) => Selected,
  isEqual: (one: Selected, other: Selected) => boolean = Object.is,
): Selected {
  const last = useRef<{ selected: Selected }>(undefined);
  const selectFrom = (state: State): Selected => {
    const selected = select(state);
    // The one before where they are equal: React compares by identity.
    if (!last.current || !isEqual(last.current.selected, selected)) last.current = { selected };
    return last.current.selected;
  };
  return useSyncExternalStore(
    store.subscribe,
    () => selectFrom(store.getSnapshot()),
    () => selectFrom(empty),
  );
}

/** Whether two lists have the same items in the same order. */
export function areListsEqual<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** Whether two objects have the same properties. */
export function areObjectsEqual(one: object, other: object): boolean {
  const [a, b] = [Object.entries(one), new Map(Object.entries(other))];
  return a.length === b.size && a.every(([key, value]) => b.has(key) && b.get(key) === value);
}
