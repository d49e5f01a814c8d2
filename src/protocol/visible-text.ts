/**
 * What of a text can be seen. Two names that look alike must be the same, or one user could pose as another: so a name has
 * no invisible character, except where a script or an emoji is written with one.
 */

/** What looks like a space and is none: blank cells and fillers (Braille, musical notation, Egyptian hieroglyphs). */
const BLANK_SYMBOLS = String.raw`\u2800\u{1d159}\u{13441}\u{13442}`;

/**
 * Default-ignorable code points are shown as nothing (Unicode UAX 44); interlinear annotations (U+FFF9 to U+FFFB) and
 * noncharacters are too, by most fonts.
 */
const INVISIBLE = String.raw`\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb${BLANK_SYMBOLS}`;

const UNSEEN = new RegExp(String.raw`[\p{White_Space}\p{Cc}${INVISIBLE}]+`, "gu");
const ANY_INVISIBLE = new RegExp(`[${INVISIBLE}]`, "u");

/** The viramas of Indic scripts: a joiner beside one chooses between its forms (Unicode, chapter 12; RFC 5892, appendix A). */
const VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u1039\u103a]";
/** Their letters are joined, which a non-joiner prevents, as in Persian. It is typed where it has no effect too. */
const CURSIVE = String.raw`[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Adlam}]`;

/** Invisible characters where they are needed, each with what it belongs to. */
const NEEDED = new RegExp(
  [
    // Emoji: flags of regions, with the selector of their form, joined into one (Unicode UTS 51), and keycaps.
    String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]+\u{e007f}`,
    String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?[\ufe0e\ufe0f]?(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?)*`,
    String.raw`[0-9#*]\ufe0f\u20e3`,
    `${VIRAMA}[\u200c\u200d]`,
    `\u200d(?=${VIRAMA})`,
    String.raw`(?<=${CURSIVE}\p{M}*)\u200c(?=${CURSIVE})`,
    // The form of a Mongolian letter, and of an ideograph, as names in Japan are registered with.
    String.raw`\p{Script=Mongolian}[\u180b-\u180f]`,
    String.raw`\p{Ideographic}[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  ].join("|"),
  "gu",
);

/** Whether nothing of the text can be seen. */
export function isBlank(text: string): boolean {
  return text !== "" && visibleIn(text) === "";
}

/** The text without white space and whatever else cannot be seen. */
export function visibleIn(text: string): string {
  return text.replaceAll(UNSEEN, "");
}

/** The first character of the text that is invisible and not needed to write it, as `U+200B`; undefined where there is none. */
export function invisibleIn(text: string): string | undefined {
  const found = ANY_INVISIBLE.exec(text.replaceAll(NEEDED, ""));
  return found?.[0] && `U+${found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
}
