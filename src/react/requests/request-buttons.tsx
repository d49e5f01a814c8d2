/** What can be done about an invitation or a message request, in one tap each. */
import type { ReactElement } from "react";
import { isolated } from "../../view/text/bidi.ts";
import { useLabels } from "../labels.ts";
import { Text } from "../ui/text.tsx";

export interface RequestButtonsProps {
  /** What it is called, for screen readers. */
  title: string;
  /** Who is blocked. */
  inviter: string;
  isClosed: boolean;
  onAccept: () => void;
  onDecline: () => void;
  /** Absent where nobody is named who could be blocked. */
  onBlock: (() => void) | undefined;
}

export function RequestButtons(props: RequestButtonsProps): ReactElement {
  const { title, inviter, isClosed, onAccept, onDecline, onBlock } = props;
  const labels = useLabels();
  const isolatedTitle = isolated(title);
  return (
    <div className="lilypad-request-actions">
      <button
        type="button"
        className="lilypad-button"
        aria-label={labels.acceptRequest(isolatedTitle)}
        aria-disabled={isClosed}
        onClick={onAccept}
      >
        <Text>{labels.accept}</Text>
      </button>
      <button
        type="button"
        className="lilypad-link-button"
        aria-label={labels.declineRequest(isolatedTitle)}
        aria-disabled={isClosed}
        onClick={onDecline}
      >
        <Text>{labels.decline}</Text>
      </button>
      {onBlock && (
        <button
          type="button"
          className="lilypad-link-button lilypad-danger"
          aria-label={labels.blockPerson(isolated(inviter))}
          aria-disabled={isClosed}
          onClick={onBlock}
        >
          <Text>{labels.block}</Text>
        </button>
      )}
    </div>
  );
}
