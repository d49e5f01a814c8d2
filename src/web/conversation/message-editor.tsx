/** The form in which a user edits a message of their own. Enter saves, as it sends in the composer; Escape cancels. */
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import { LengthNote } from "../ui/length-note.tsx";
import { isSendKey } from "../../view/keys/send-key.ts";
import "./message-editor.css";

export interface MessageEditorProps {
  text: string;
  /** Whether it takes the focus when it appears. */
  autoFocus: boolean;
  onChange: (text: string) => void;
  onSave: (body: string) => void;
  onCancel: () => void;
}

export function MessageEditor({ text, autoFocus, onChange, onSave, onCancel }: MessageEditorProps) {
  const textarea = useRef<HTMLTextAreaElement>(null);
  // A layout effect, so that the first key pressed reaches it.
  useLayoutEffect(() => {
    if (!autoFocus) return;
    textarea.current?.focus();
    textarea.current?.setSelectionRange(text.length, text.length);
  }, []);

  const lengthId = useId();
  const edited = text.trim();
  const tooLong = edited.length > BODY_LENGTH;

  const save = () => {
    if (edited !== "" && !tooLong) onSave(edited);
  };

  return (
    <form
      class="message-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={textarea}
        class="input"
        dir="auto"
        aria-label="Edit message"
        rows={Math.min(8, text.split("\n").length + 1)}
        value={text}
        aria-invalid={tooLong}
        aria-describedby={lengthId}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            // It closes nothing around it.
            event.preventDefault();
            onCancel();
          }
          if (!isSendKey(event)) return;
          event.preventDefault();
          save();
        }}
      />
      <LengthNote id={lengthId} length={edited.length} max={BODY_LENGTH} />
      <div>
        <button type="button" class="button-quiet" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class="button" disabled={edited === "" || tooLong}>
          Save
        </button>
      </div>
    </form>
  );
}
