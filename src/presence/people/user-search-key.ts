/** What names, user ids and queries are compared by in a user search: folded, so that it does not matter how they are typed. */

/**
 * What is ignored: what is not shown, and marks on a letter (accents, Hebrew points, Arabic vowels). The vowel signs of Indic
 * scripts are marks too, but no less than letters.
 */
const IGNORED =
  /\p{Default_Ignorable_Code_Point}|[\p{Mn}&&[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]]/gv;

/** Letters with a stroke, and ligatures, which have no decomposition in Unicode. */
const PLAIN: Readonly<Record<string, string>> = { ø: "o", ł: "l", đ: "d", ħ: "h", ŧ: "t", æ: "ae", œ: "oe" };
const NOT_PLAIN = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "g");

/** A text as the user search compares it: `Łukasz Weiß`, `ŁUKASZ WEISS` and `lukasz weiss` are one, and so are i, ı and İ. */
export function searchKey(text: string): string {
  return (
    text
      .normalize("NFKD")
      .replaceAll(IGNORED, "")
      // Upper case makes ß and SS one, and ı and i; lower case first, since the capital ẞ stays as it is.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      // Lower case has two forms of sigma, by whether it ends a word.
      .replaceAll("ς", "σ")
      .replaceAll(NOT_PLAIN, (letter) => PLAIN[letter] ?? letter)
      .replaceAll(/\p{White_Space}+/gu, " ")
  );
}

/** A text as earlier versions compared it, of which a shard may still have keys (user-search-reindex.ts). */
export function formerSearchKey(text: string): string {
  return text.normalize("NFC").toLowerCase().replaceAll("ς", "σ");
}
