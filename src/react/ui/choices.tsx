/** One of several values, as radio buttons. */
import { useId, type ReactElement } from "react";
import type { Choice } from "../../view/moderation/durations.ts";
import { Text } from "./text.tsx";

export interface ChoicesProps<T> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}

export function Choices<T>({ label, choices, value, onChange }: ChoicesProps<T>): ReactElement {
  const name = useId();
  return (
    <fieldset className="lilypad-choices">
      <legend>
        <Text>{label}</Text>
      </legend>
      {choices.map((choice) => (
        <label key={choice.text}>
          <input
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <Text>{choice.text}</Text>
        </label>
      ))}
    </fieldset>
  );
}
