/** A request that a button starts, whose errors are worded as everywhere on the page. */
import { useAsyncAction, type AsyncAction } from "../../view/use-async-action.ts";
import { errorText } from "./error-text.ts";

/** `textOf` words an error that has a better text here than the server's. */
export function useRequestAction(textOf: (failure: unknown) => string = errorText): AsyncAction {
  return useAsyncAction(textOf);
}
