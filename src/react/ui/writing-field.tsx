/** A field of several lines, as high as its text: Enter sends what is in it, Shift and Enter break the line. */
import {
  useEffect,
  useLayoutEffect,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
  type RefObject,
} from "react";
import { isImeKey } from "../../view/keys/ime.ts";
import { isSendKey } from "../../view/keys/send-key.ts";

/** A layout effect does nothing on a server, and React 18 says so there. */
export const useBrowserLayoutEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

export interface WritingFieldProps {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  label: string;
  placeholder?: string | undefined;
  disabled?: boolean;
  invalid: boolean;
  describedBy: string;
  onChange: (text: string) => void;
  /** Enter, unless an input method takes it. On a touch screen Enter breaks the line. */
  onSend: () => void;
  /** Escape, in the same way. */
  onCancel: () => void;
}

export function WritingField(props: WritingFieldProps): ReactElement {
  const { field, text, onChange, onSend, onCancel } = props;
  useBrowserLayoutEffect(() => {
    if (!field.current) return;
    field.current.style.height = "auto";
    // The borders are not part of what scrolls.
    field.current.style.height = `${field.current.scrollHeight + 2}px`;
  }, [field, text]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // The Enter that accepts a suggestion of an input method sends nothing.
    if (isImeKey(event.nativeEvent)) return;
    if (event.key === "Escape") onCancel();
    if (!isSendKey(event.nativeEvent)) return;
    event.preventDefault();
    onSend();
  };
  return (
    <textarea
      // React 18's types know no ref whose element may be null.
      ref={field as Ref<HTMLTextAreaElement>}
      className="lilypad-field"
      dir="auto"
      rows={1}
      aria-label={props.label}
      placeholder={props.placeholder}
      disabled={props.disabled}
      aria-invalid={props.invalid}
      aria-describedby={props.describedBy}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={onKeyDown}
    />
  );
}
