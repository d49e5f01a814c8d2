/** One setting of a thread, which is saved when it is chosen, and shown so at once. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ThreadInfo, ThreadSettings } from "../../protocol/model.ts";

export type ShownSettings = Pick<ThreadInfo, keyof ThreadSettings>;

export interface ChosenSetting {
  /** As they are, or as they were chosen and will be in a moment. */
  shown: ShownSettings;
  error: string | undefined;
  change: (settings: Partial<ThreadSettings>) => void;
}

/** `textOf` words an error. */
export function useSetting(
  info: ThreadInfo,
  save: (settings: Partial<ThreadSettings>) => Promise<unknown>,
  textOf: (failure: unknown) => string,
): ChosenSetting {
  const [chosen, setChosen] = useState<Partial<ThreadSettings>>();
  const [error, setError] = useState<string>();
  const isSaving = useRef(false);
  /** Of what is chosen while a request is in progress, the last: it is saved next. */
  const waiting = useRef<Partial<ThreadSettings> | undefined>(undefined);
  const latest = useRef(info);
  useEffect(() => {
    latest.current = info;
    if (!isSaving.current) setChosen(undefined);
  }, [info]);

  const saveAll = async () => {
    let saved: Partial<ThreadSettings> = {};
    try {
      for (let next = waiting.current; next; next = waiting.current) {
        waiting.current = undefined;
        await save(next);
        saved = next;
      }
      // Otherwise its event has yet to come, and until then the thread is shown as it was.
      if (isAs(saved, latest.current)) setChosen(undefined);
    } catch (failure) {
      waiting.current = undefined;
      setChosen(undefined);
      setError(textOf(failure));
    } finally {
      isSaving.current = false;
    }
  };
  const change = (settings: Partial<ThreadSettings>) => {
    setChosen(settings);
    waiting.current = settings;
    if (isSaving.current) return;
    isSaving.current = true;
    setError(undefined);
    void saveAll();
  };
  return { shown: { ...info, ...chosen }, error, change };
}

function isAs(settings: Partial<ThreadSettings>, info: ThreadInfo): boolean {
  return (Object.keys(settings) as (keyof ThreadSettings)[]).every((name) => settings[name] === info[name]);
}
