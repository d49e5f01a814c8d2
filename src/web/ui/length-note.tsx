/**
 * Below a field: how much of its limit a text takes, once it comes near. Fields have no `maxLength`: with it, browsers cut
 * what is pasted, and say nothing. Here nothing is lost, and what is too long is not sent.
 */
import { Text } from "./text.tsx";
import "./length-note.css";

/** Shown from this share of the limit on. */
const NEAR = 0.9;
const number = new Intl.NumberFormat("en");

export interface LengthNoteProps {
  /** For the field's `aria-describedby`. */
  id: string;
  /** Of the text as it would be sent, in UTF-16 units, as the contract counts. */
  length: number;
  max: number;
}

export function LengthNote({ id, length, max }: LengthNoteProps) {
  if (length < max * NEAR) return null;
  const over = length - max;
  return (
    <p id={id} class={over > 0 ? "length-note length-note-over" : "length-note"}>
      {over > 0 && (
        <span role="alert">
          <Text>Too long.</Text>{" "}
        </span>
      )}
      <Text>{`${number.format(length)} of ${number.format(max)} characters`}</Text>
    </p>
  );
}
