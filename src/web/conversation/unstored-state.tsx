/** Below a message: that it, or a change to it, is not sent yet, or has failed and can be retried or discarded. */
import { ClockIcon } from "../ui/icons.tsx";
import { Text } from "../ui/text.tsx";
import { MessageBody } from "./message-body.tsx";

export interface UnstoredStateProps {
  state: "pending" | "failed";
  /** What is said while it waits, and before the reason when it has failed. */
  text: { pending: string; failed: string };
  reason?: string | undefined;
  /** The text that was not stored, where nothing else shows it. */
  body?: string | undefined;
  onRetry: () => void;
  onDiscard: () => void;
}

export function UnstoredState({ state, text, reason, body, onRetry, onDiscard }: UnstoredStateProps) {
  if (state === "pending") {
    return (
      <p class="message-state message-sending">
        <ClockIcon />
        <Text>{text.pending}</Text>
      </p>
    );
  }
  return (
    <div class="message-state message-failed" role="alert">
      <p>
        <Text>{reason === undefined ? text.failed : `${text.failed}: ${reason}`}</Text>
      </p>
      {body !== undefined && <MessageBody body={body} editedAt={undefined} />}
      <button type="button" class="button-quiet" onClick={onRetry}>
        Retry
      </button>
      <button type="button" class="button-quiet" onClick={onDiscard}>
        Discard
      </button>
    </div>
  );
}
