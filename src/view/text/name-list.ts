/** Formats lists of names. */
import { ENGLISH, type Words } from "./words.ts";

/**
 * At most `limit` names or counts: "Ada", "Ada and Ben", "Ada, Ben, and 3 others". `count`: of how many people, where `names`
 * may be the first ones alone, as long as those are `limit`.
 */
export function formatNames(
  names: readonly string[],
  limit: number,
  count = names.length,
  words: Pick<Words, "locale" | "others"> = ENGLISH,
): string {
  const list = new Intl.ListFormat(words.locale);
  if (count <= limit) return list.format(names.slice(0, limit));
  const shown = names.slice(0, limit - 1);
  const others = count - shown.length;
  return list.format([...shown, words.others(others)]);
}
