/**
 * A request that a button starts: whether it is in progress, and the text of its error. Show `busy` with
 * `aria-disabled`: a button that is `disabled` loses the focus and does not get it back when the request fails.
 */
import { useState } from "preact/hooks";
import { RequestError } from "../../client/http/request-error.ts";

export function useAsyncAction() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  /** Runs the action unless one is in progress. Resolves to whether it succeeded; never rejects. */
  const run = async (action: () => Promise<unknown>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setError(undefined);
    try {
      await action();
      return true;
    } catch (failure) {
      setError(failure instanceof RequestError ? failure.message : "Something went wrong. Try again.");
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
