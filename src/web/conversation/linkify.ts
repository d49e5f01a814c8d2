/** Finds the web addresses in a text. Pure. */

const ADDRESS = /https?:\/\/[^\s<>"]+/giu;
/** What ends a sentence rather than an address. */
const TAIL = new Set(".,;:!?'\")]}");

export interface Piece {
  text: string;
  href?: string;
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = hrefOf(address);
    if (href === undefined) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** A closing bracket belongs to the address where it was opened in it, as in many an encyclopaedia's. */
function trimmed(address: string): string {
  // Not a pattern that ends in `$`: of an address full of dots it would take seconds.
  let end = address.length;
  while (TAIL.has(address[end - 1] ?? "")) end -= 1;
  const tail = address.slice(end);
  if (tail.startsWith(")") && address.split("(").length >= address.split(")").length) {
    return address.slice(0, end + 1);
  }
  return address.slice(0, end);
}

function hrefOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}
