/**
 * Something asked of the server by a button: whether it is under way, and in words why it failed. A button says that
 * it is busy by `aria-disabled`: one that is disabled loses the focus, and has it no more when it failed.
 */
import { useState } from "preact/hooks";
import { RequestError } from "../../client/http/request-error.ts";

export function useTask() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  /** Does it, unless something is under way; answers whether it went well. */
  const run = async (task: () => Promise<unknown>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setError(undefined);
    try {
      await task();
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

export type Task = ReturnType<typeof useTask>;
