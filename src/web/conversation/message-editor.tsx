/** The form in which a user edits a message of their own. Enter saves, Escape cancels. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import { isImeComposing } from "../ui/ime.ts";
import "./message-editor.css";

export interface MessageEditorProps {
  body: string;
  onSave: (body: string) => void;
  onCancel: () => void;
}

export function MessageEditor({ body, onSave, onCancel }: MessageEditorProps) {
  const [text, setText] = useState(body);
  const textarea = useRef<HTMLTextAreaElement>(null);
  // A layout effect, so that the first key pressed reaches it.
  useLayoutEffect(() => {
    textarea.current?.focus();
    textarea.current?.setSelectionRange(body.length, body.length);
  }, []);

  const save = () => {
    if (text.trim() !== "") onSave(text.trim());
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
        maxLength={BODY_LENGTH}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isImeComposing(event)) return;
          if (event.key === "Escape") onCancel();
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          save();
        }}
      />
      <div>
        <button type="button" class="button-quiet" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class="button" disabled={text.trim() === ""}>
          Save
        </button>
      </div>
    </form>
  );
}
