/** What names, ids and queries are compared by in a search. */

/**
 * A text as search sees it: composed (NFC), in lower case, and every sigma alike, which in lower case depends on where a
 * word ends. Worker and Presence must agree on it.
 */
export function searchKey(text: string): string {
  return text.normalize("NFC").toLowerCase().replaceAll("ς", "σ");
}
