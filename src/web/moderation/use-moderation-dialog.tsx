/** The dialogs about a message or a person, fetched when the first one opens. */
import { useState } from "preact/hooks";
import { lazily } from "../ui/lazily.tsx";
import type { ModerationAction } from "./moderation-dialog.tsx";

const ModerationDialog = lazily(
  () => import("./moderation-dialog.tsx"),
  (module) => module.ModerationDialog,
);

/** The dialog that is open, and how one opens. */
export function useModerationDialog(threadId: string, onFailed: () => void) {
  const [action, setAction] = useState<ModerationAction>();
  const close = () => setAction(undefined);
  const dialog = action && (
    <ModerationDialog
      threadId={threadId}
      action={action}
      onClose={close}
      onFailed={() => {
        close();
        onFailed();
      }}
    />
  );
  return { ask: setAction, dialog };
}
