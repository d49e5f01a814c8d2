/**
 * Below a field: how much of its limit a text takes, once it comes near. Fields have no `maxLength`: with it, browsers cut
 * what is pasted, and say nothing. Here nothing is lost, and what is too long is not sent.
 */
import type { ReactElement } from "react";
import { useLabels } from "../labels.ts";
import { classNames } from "./class-names.ts";
import { Text } from "./text.tsx";

/** Shown from this share of the limit on. */
const NEAR = 0.9;

export interface LengthNoteProps {
  /** For the field's `aria-describedby`. */
  id: string;
  /** Of the text as it would be sent, in UTF-16 units, as the contract counts. */
  length: number;
  max: number;
}

export function LengthNote({ id, length, max }: LengthNoteProps): ReactElement | null {
  const labels = useLabels();
  if (length < max * NEAR) return null;
  const number = new Intl.NumberFormat(labels.locale);
  const isOver = length > max;
  return (
    <p id={id} className={classNames("lilypad-length", isOver && "lilypad-length-over")}>
      {isOver && (
        <span role="alert">
          <Text>{labels.tooLong}</Text>{" "}
        </span>
      )}
      <Text>{labels.length(number.format(length), number.format(max))}</Text>
    </p>
  );
}
