/** Asks for what an action needs, or whether it is meant, and carries it out. */
import { useRef, type ReactElement, type ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { ErrorMessage } from "./error-message.tsx";
import { Text } from "./text.tsx";
import { useRequestAction } from "./use-request-action.ts";
import { useBrowserLayoutEffect } from "./writing-field.tsx";

export interface ActionFormProps {
  /** The question. */
  title: string;
  /** What follows from it. */
  text?: string;
  confirmLabel: string;
  action: () => Promise<unknown>;
  onDone: () => void;
  onCancel: () => void;
  children?: ReactNode;
}

export function ActionForm(props: ActionFormProps): ReactElement {
  const { title, text, confirmLabel, action, onDone, onCancel, children } = props;
  const labels = useLabels();
  const { busy, error, run } = useRequestAction();
  const form = useRef<HTMLFormElement>(null);
  // The control that has opened it is gone.
  useBrowserLayoutEffect(() => form.current?.focus(), []);
  return (
    <form
      ref={form}
      className="lilypad-act"
      tabIndex={-1}
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        // React passes it on to what the form is shown in.
        event.stopPropagation();
        void run(action).then((isDone) => isDone && onDone());
      }}
    >
      <p className="lilypad-act-title" aria-hidden="true">
        <Text>{title}</Text>
      </p>
      {text !== undefined && (
        <p>
          <Text>{text}</Text>
        </p>
      )}
      {children}
      <ErrorMessage text={error} />
      <div className="lilypad-act-buttons">
        <button type="button" className="lilypad-quiet-button" onClick={onCancel}>
          <Text>{labels.cancel}</Text>
        </button>
        <button type="submit" className="lilypad-button lilypad-button-danger" aria-disabled={busy}>
          <Text>{confirmLabel}</Text>
        </button>
      </div>
    </form>
  );
}
