/** Which texts a user search takes. */
import { USER_SEARCH_MIN } from "./limits.ts";

/** A character that is a word, or most of one. */
const WORD_LIKE = /[\p{Ideographic}\p{Script=Hangul}]/u;

/** Whether a text is long enough to search for: two characters, or one ideograph or Hangul syllable. */
export function isSearchable(text: string): boolean {
  return text.length >= USER_SEARCH_MIN || WORD_LIKE.test(text);
}
