/** One of the dialogs about a message or a person. */
import type { Message, User } from "../../protocol/model.ts";
import { BanDialog } from "./ban-dialog.tsx";
import { ReportDialog } from "./report-dialog.tsx";
import { TimeoutDialog } from "./timeout-dialog.tsx";

/** What is asked about. */
export type Act = { type: "report"; message: Message } | { type: "timeout" | "ban"; person: User };

export interface ActProps {
  threadId: string;
  act: Act;
  onClose: () => void;
}

export function AskedAct({ threadId, act, onClose }: ActProps) {
  switch (act.type) {
    case "report":
      return <ReportDialog threadId={threadId} message={act.message} onClose={onClose} />;
    case "timeout":
      return <TimeoutDialog threadId={threadId} person={act.person} onClose={onClose} />;
    case "ban":
      return <BanDialog threadId={threadId} person={act.person} onClose={onClose} />;
  }
}
