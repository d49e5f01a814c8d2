/** The user's answers to requests that are held for some seconds, in which they can be taken back. */
import { useState } from "react";
import { NOTHING_REMOVED, type Removal, type RemovalKind } from "../../view/removals/held-removals.ts";
import { useStores } from "../provider.tsx";
import { useErrorText } from "../ui/use-request-action.ts";
import { useSelected } from "./use-selected.ts";

export interface Answers {
  /** Those that can be taken back. */
  held: readonly Removal[];
  /** The ids of the threads whose requests are answered. */
  answered: ReadonlySet<string>;
  /** Why one that was given here failed. */
  error: string | undefined;
  /** Resolves at once: it is carried out later. */
  hold: (threadId: string, what: RemovalKind, carryOut: () => Promise<unknown>) => Promise<void>;
  /** Takes back all that are held. */
  undo: () => void;
}

export function useAnswers(): Answers {
  const { answers } = useStores();
  const { held, underway } = useSelected(answers, NOTHING_REMOVED, (state) => state);
  const [error, setError] = useState<string>();
  const errorText = useErrorText();
  return {
    held,
    answered: new Set([...held, ...underway].map(({ key }) => key)),
    error,
    hold: (key, what, carryOut) => {
      setError(undefined);
      answers.hold({
        key,
        what,
        carryOut: () => carryOut().catch((failure: unknown) => setError(errorText(failure))),
      });
      return Promise.resolve();
    },
    undo: () => answers.undo(),
  };
}
