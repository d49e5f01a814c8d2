/** A message of one's own, being changed. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import { isComposing } from "../ui/ime.ts";
import "./message-editor.css";

export interface EditMessageProps {
  body: string;
  onSave: (body: string) => void;
  onCancel: () => void;
}

export function EditMessage({ body, onSave, onCancel }: EditMessageProps) {
  const [text, setText] = useState(body);
  const box = useRef<HTMLTextAreaElement>(null);
  // Before the first key can come.
  useLayoutEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(body.length, body.length);
  }, []);

  const save = () => {
    if (text.trim() !== "") onSave(text.trim());
  };

  return (
    <form
      class="edit-message"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={box}
        class="input"
        dir="auto"
        aria-label="Edit message"
        rows={Math.min(8, text.split("\n").length + 1)}
        maxLength={BODY_LENGTH}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
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
