/** The dialogs about a message or a person, fetched when the first one opens. */
import { useState } from "preact/hooks";
import { lazily } from "../ui/lazily.tsx";
import type { Act } from "./asked-act.tsx";

const AskedAct = lazily(
  () => import("./asked-act.tsx"),
  (module) => module.AskedAct,
);

/** The dialog that is open, and how one opens. */
export function useAct(threadId: string, onFailed: () => void) {
  const [act, setAct] = useState<Act>();
  const close = () => setAct(undefined);
  const dialog = act && (
    <AskedAct
      threadId={threadId}
      act={act}
      onClose={close}
      onFailed={() => {
        close();
        onFailed();
      }}
    />
  );
  return { ask: setAct, dialog };
}
