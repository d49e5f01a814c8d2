/** Below a message: that it, or a change to it, is not sent yet, or has failed and can be retried or discarded. */
import type { ReactElement } from "react";
import { useLabels } from "../labels.ts";
import { Text } from "../ui/text.tsx";
import { MessageText } from "./message-text.tsx";

export interface UnstoredStateProps {
  state: "pending" | "failed";
  text: string;
  reason?: string | undefined;
  /** The text that was not stored, where nothing else shows it. */
  body?: string | undefined;
  onRetry: () => void;
  onDiscard: () => void;
}

export function UnstoredState(props: UnstoredStateProps): ReactElement {
  const { state, text, reason, body, onRetry, onDiscard } = props;
  const labels = useLabels();
  if (state === "pending") {
    return (
      <p className="lilypad-state lilypad-pending">
        <Text>{text}</Text>
      </p>
    );
  }
  return (
    <div className="lilypad-state lilypad-failed" role="alert">
      <p>
        <Text>{reason === undefined ? text : `${text}: ${reason}`}</Text>
      </p>
      {body !== undefined && <MessageText body={body} />}
      <button type="button" className="lilypad-link-button" onClick={onRetry}>
        <Text>{labels.retry}</Text>
      </button>
      <button type="button" className="lilypad-link-button" onClick={onDiscard}>
        <Text>{labels.discard}</Text>
      </button>
    </div>
  );
}
