/** One of several values, as radio buttons. */
import { useId } from "preact/hooks";
import type { Choice } from "../../view/moderation/durations.ts";
import "./choices.css";

export interface ChoicesProps<T> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}

export function Choices<T>({ label, choices, value, onChange }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {choices.map((choice) => (
        <label key={choice.text}>
          <input
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          {choice.text}
        </label>
      ))}
    </fieldset>
  );
}
