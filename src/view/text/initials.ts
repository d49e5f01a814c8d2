/** What stands for a picture: initials, on one of a few colours. Pure. */
import { firstGrapheme } from "../../protocol/graphemes.ts";

/** The style sheets have a colour for each. */
const HUES = 8;
/** Such as the characters that isolate a name of another direction. */
const INVISIBLE_START = /^\p{Default_Ignorable_Code_Point}+/u;

/** The initials of the first and the last word of a name; "?" where it has none. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return (
    ends
      .map((word) => firstGrapheme(word?.replace(INVISIBLE_START, "") ?? ""))
      .join("")
      .toUpperCase() || "?"
  );
}

/** The number of the colour of a user or a thread, by its id: from 0 to 7. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}
