/** Finds the web addresses in a text. Pure. */

const ADDRESS = /https?:\/\/[^\s<>"]+/giu;
/** At the end of an address, these belong to the sentence around it. */
const TRAILING_PUNCTUATION = new Set(".,;:!?'\")]}");

export interface TextSegment {
  text: string;
  /** Set where the segment is a web address. */
  href?: string;
}

/** Splits a text into links and what is between them. The segments' texts add up to the text. */
export function linkify(text: string): TextSegment[] {
  const segments: TextSegment[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailingPunctuation(match[0]);
    const href = parseHref(address);
    if (href === undefined) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    segments.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

/** Keeps a closing bracket that the address itself opens, as in `https://example.com/Pond_(water)`. */
function withoutTrailingPunctuation(address: string): string {
  // A loop: a pattern that ends in `$` takes quadratic time on an address full of dots.
  let end = address.length;
  while (TRAILING_PUNCTUATION.has(address[end - 1] ?? "")) end -= 1;
  const punctuation = address.slice(end);
  if (punctuation.startsWith(")") && address.split("(").length >= address.split(")").length) {
    return address.slice(0, end + 1);
  }
  return address.slice(0, end);
}

function parseHref(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}
