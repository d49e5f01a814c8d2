/** A request that a button starts, whose errors are worded as everywhere in these components. */
import { useAsyncAction, type AsyncAction } from "../../view/use-async-action.ts";
import { useLabels } from "../labels.ts";
import { requestErrorText } from "../request-error-text.ts";

export function useRequestAction(): AsyncAction {
  return useAsyncAction(useErrorText());
}

export function useErrorText(): (failure: unknown) => string {
  const labels = useLabels();
  return (failure) => requestErrorText(failure, labels);
}
