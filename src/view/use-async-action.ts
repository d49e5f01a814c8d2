/**
 * A request that a button starts: whether it is in progress, and the text of its error. Show `busy` with
 * `aria-disabled`: a button that is `disabled` loses the focus and does not get it back when the request fails.
 */
import { useRef, useState } from "preact/hooks";

export interface AsyncAction {
  busy: boolean;
  error: string | undefined;
  /** Runs the action unless one is in progress. Resolves to whether it succeeded; never rejects. */
  run: (action: () => Promise<unknown>) => Promise<boolean>;
}

/** `textOf` words an error. */
export function useAsyncAction(textOf: (failure: unknown) => string): AsyncAction {
  const [busy, setBusy] = useState(false);
  // What is rendered lags behind: a second click may come before it.
  const isRunning = useRef(false);
  const [error, setError] = useState<string>();

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
