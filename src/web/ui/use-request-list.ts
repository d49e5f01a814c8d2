/** A list that a dialog loads, whose errors are worded as everywhere on the page. */
import { useLoadedList, type LoadedList } from "../../view/use-loaded-list.ts";
import { errorText } from "./error-text.ts";

/** `load` is called again where `key` changes. */
export function useRequestList<T>(load: () => Promise<readonly T[]>, key?: unknown): LoadedList<T> {
  return useLoadedList(load, errorText, key);
}
