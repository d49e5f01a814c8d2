/**
 * Shortens texts. Never within a grapheme, what a reader takes for one character (Unicode UAX 29), such as an emoji that
 * is made of several code points. Lengths are UTF-16 units unless the name says bytes.
 */

const ELLIPSIS = "…";
/** Some browsers have none: there, texts are cut between code points. */
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter() : undefined;

/** The text, where it is no longer than `maxLength`; else its beginning and an ellipsis, together no longer than that. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return text.slice(0, boundaryBefore(text, maxLength - ELLIPSIS.length)) + ELLIPSIS;
}

/** The same, in bytes of UTF-8. */
export function shortenToBytes(text: string, maxBytes: number): string {
  const encoder = new TextEncoder();
  const unitsIn = (bytes: number) => encoder.encodeInto(text, new Uint8Array(bytes)).read;
  if (unitsIn(maxBytes) === text.length) return text;
  return text.slice(0, boundaryBefore(text, unitsIn(maxBytes - encoder.encode(ELLIPSIS).length))) + ELLIPSIS;
}

/** The first grapheme; empty for an empty text. */
export function firstGrapheme(text: string): string {
  if (segmenter) return segmenter.segment(text).containing(0)?.segment ?? "";
  const [first = ""] = text;
  return first;
}

/** Where the last grapheme ends that is whole before `index`. */
function boundaryBefore(text: string, index: number): number {
  const segment = segmenter?.segment(text).containing(index);
  if (segment) return segment.index;
  return isLowSurrogate(text.charCodeAt(index)) ? index - 1 : index;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
