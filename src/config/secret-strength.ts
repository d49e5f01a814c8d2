/** Whether a secret could be guessed. Nothing shows that one is random, only that it is not. */
import { SECRET_BYTES } from "../protocol/limits.ts";

/** Fewest different characters. Of 32 random hexadecimal digits, one in ten thousand has fewer. */
const DISTINCT = 10;

/** Words of examples, and of people who mean to come back. Random characters do not form them. */
const PLACEHOLDER = /\{random\}|change.?me|change.?this|placeholder|example|replace|secret|passw|default/i;

/** What is wrong with this secret, without quoting it; undefined where nothing can be seen to be. */
export function weaknessOf(secret: string): string | undefined {
  if (PLACEHOLDER.test(secret)) return "is a placeholder";
  if (new Set(secret).size < DISTINCT) return `has fewer than ${DISTINCT} different characters`;
  if (repeatedPiece(secret).length < Math.min(SECRET_BYTES, secret.length)) return "repeats itself";
  if (isSequence(secret)) return "is a sequence";
  return undefined;
}

/** The shortest beginning that, over and over, makes up the whole text: at most the text itself. */
function repeatedPiece(text: string): string {
  // Where a text is found in two of itself again, it is that much of it over and over.
  return text.slice(0, (text + text).indexOf(text, 1));
}

/** Whether most characters are the same as the one before, or its neighbour. Of random ones, one in five is at most. */
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const predictable = codes.filter((code, i) => Math.abs(code - (codes[i - 1] ?? Infinity)) <= 1);
  return predictable.length > text.length / 2;
}
