/** Leaves a group or a public thread, or deletes it where the user may. Both ask first. */
import { useState, type ReactElement } from "react";
import { may, mayRemove } from "../../protocol/rights.ts";
import { useStanding } from "../hooks/use-standing.ts";
import { useLabels } from "../labels.ts";
import { useStores } from "../provider.tsx";
import { ActionForm } from "../ui/action-form.tsx";
import { Text } from "../ui/text.tsx";

export interface LeaveThreadProps {
  thread: string;
  /** Called when it is left, or is no more. */
  onLeave: () => void;
}

export function LeaveThread({ thread, onLeave }: LeaveThreadProps): ReactElement {
  const labels = useLabels();
  const { api } = useStores().client;
  const { kind, standing, userId } = useStanding(thread);
  const [asked, setAsked] = useState<"leave" | "delete">();
  if (asked === "leave" && userId !== undefined) {
    return (
      <ActionForm
        title={labels.confirmLeave}
        confirmLabel={labels.leave}
        action={() => api.removeMember(thread, userId)}
        onDone={onLeave}
        onCancel={() => setAsked(undefined)}
      />
    );
  }
  if (asked === "delete") {
    return (
      <ActionForm
        title={labels.confirmDeleteThread}
        confirmLabel={labels.deleteThread}
        action={() => api.deleteThread(thread)}
        onDone={onLeave}
        onCancel={() => setAsked(undefined)}
      />
    );
  }
  return (
    <div className="lilypad-thread-actions">
      {mayRemove(kind, standing, true, "member") && (
        <button
          type="button"
          className="lilypad-quiet-button lilypad-danger"
          onClick={() => setAsked("leave")}
        >
          <Text>{labels.leave}</Text>
        </button>
      )}
      {may("delete thread", kind, standing) && (
        <button
          type="button"
          className="lilypad-quiet-button lilypad-danger"
          onClick={() => setAsked("delete")}
        >
          <Text>{labels.deleteThread}</Text>
        </button>
      )}
    </div>
  );
}
