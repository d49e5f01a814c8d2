/** One of the dialogs about a message or a person. */
import type { Message, User } from "../../protocol/model.ts";
import { BanDialog } from "./ban-dialog.tsx";
import { ReportDialog } from "./report-dialog.tsx";
import { TimeoutDialog } from "./timeout-dialog.tsx";

/** What is asked about. */
export type ModerationAction =
  | { type: "report"; message: Message }
  | { type: "timeout" | "ban"; person: User };

export interface ModerationDialogProps {
  threadId: string;
  action: ModerationAction;
  onClose: () => void;
}

export function ModerationDialog({ threadId, action, onClose }: ModerationDialogProps) {
  switch (action.type) {
    case "report":
      return <ReportDialog threadId={threadId} message={action.message} onClose={onClose} />;
    case "timeout":
      return <TimeoutDialog threadId={threadId} person={action.person} onClose={onClose} />;
    case "ban":
      return <BanDialog threadId={threadId} person={action.person} onClose={onClose} />;
  }
}
