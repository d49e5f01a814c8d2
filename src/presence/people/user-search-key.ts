/** What names, user ids and queries are compared by in a user search. */

/**
 * A text as the user search compares it: composed (NFC), in lower case, and with one form of sigma, whose lower case
 * otherwise depends on whether it ends a word.
 */
export function searchKey(text: string): string {
  return text.normalize("NFC").toLowerCase().replaceAll("ς", "σ");
}
