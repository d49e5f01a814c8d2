/** What names, ids and queries are compared by in a search. */

/** A text as search sees it: composed (NFC) and in lower case. Worker and Presence must agree on it. */
export function searchKey(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
