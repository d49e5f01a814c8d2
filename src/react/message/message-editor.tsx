/** The form in which a user edits a message of their own. Enter saves, as it sends in the composer; Escape cancels. */
import { useEffect, useId, useRef, type ReactElement } from "react";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import { useLabels } from "../labels.ts";
import { LengthNote } from "../ui/length-note.tsx";
import { Text } from "../ui/text.tsx";
import { WritingField } from "../ui/writing-field.tsx";

export interface MessageEditorProps {
  text: string;
  onChange: (text: string) => void;
  onSave: (body: string) => void;
  onCancel: () => void;
}

export function MessageEditor({ text, onChange, onSave, onCancel }: MessageEditorProps): ReactElement {
  const labels = useLabels();
  const field = useRef<HTMLTextAreaElement>(null);
  const lengthId = useId();
  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);

  const edited = text.trim();
  const savable = edited !== "" && edited.length <= BODY_LENGTH;
  const save = () => {
    if (savable) onSave(edited);
  };
  return (
    <form
      className="lilypad-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <WritingField
        field={field}
        text={text}
        label={labels.editMessage}
        invalid={edited.length > BODY_LENGTH}
        describedBy={lengthId}
        onChange={onChange}
        onSend={save}
        onCancel={onCancel}
      />
      <LengthNote id={lengthId} length={edited.length} max={BODY_LENGTH} />
      <div>
        <button type="button" className="lilypad-link-button" onClick={onCancel}>
          <Text>{labels.cancel}</Text>
        </button>
        <button type="submit" className="lilypad-button" disabled={!savable}>
          <Text>{labels.save}</Text>
        </button>
      </div>
    </form>
  );
}
