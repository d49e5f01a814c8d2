/** Masks words of a list, or refuses what has one. A word counts as a whole, in any case, with or without what joins letters invisibly. */
import { LilypadError } from "../../protocol/errors.ts";
import type { ContentFilter } from "./content-filter.ts";

const MASK = "*";
/** What may stand between two letters without being seen: soft hyphens, and what joins or separates without width. */
const INVISIBLE = "[\\u00ad\\u200b-\\u200d\\u2060\\ufeff]*";

export function wordFilter(words: readonly string[], mode: "mask" | "refuse"): ContentFilter {
  const any = words.map((word) => [...word].map(escaped).join(INVISIBLE)).join("|");
  // A letter, mark or number beside it makes it another word.
  const pattern = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])(?:${any})(?![\\p{L}\\p{M}\\p{N}])`, "giu");
  return ({ body }) => {
    const filtered = body.replaceAll(pattern, (word) => MASK.repeat([...word].length));
    if (filtered !== body && mode === "refuse")
      throw new LilypadError("forbidden", "This message has a word that is not allowed here.");
    return filtered;
  };
}

function escaped(character: string): string {
  return /[\p{L}\p{N}]/u.test(character) ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
