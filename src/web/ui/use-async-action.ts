/**
 * A request that a button starts: whether it is in progress, and the text of its error. Show `busy` with
 * `aria-disabled`: a button that is `disabled` loses the focus and does not get it back when the request fails.
 */
import { useRef, useState } from "preact/hooks";
import { errorText } from "./error-text.ts";

/** `textOf` words an error that has a better text here than the server's. */
export function useAsyncAction(textOf: (failure: unknown) => string = errorText) {
  const [busy, setBusy] = useState(false);
  // What is rendered lags behind: a second click may come before it.
  const isRunning = useRef(false);
  const [error, setError] = useState<string>();

  /** Runs the action unless one is in progress. Resolves to whether it succeeded; never rejects. */
  const run = async (action: () => Promise<unknown>): Promise<boolean> => {
    if (isRunning.current) return false;
    isRunning.current = true;
    setBusy(true);
    setError(undefined);
    try {
      await action();
      return true;
    } catch (failure) {
      setError(textOf(failure));
      return false;
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return { busy, error, run };
}
