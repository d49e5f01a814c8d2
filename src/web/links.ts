/** Finds the web addresses in a text. Pure. */

const ADDRESS = /https?:\/\/[^\s<>"]+/giu;
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?'")\]}]+$/u;

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
  const tail = TAIL.exec(address)?.[0] ?? "";
  if (tail.startsWith(")") && address.split("(").length >= address.split(")").length) {
    return address.slice(0, address.length - tail.length + 1);
  }
  return address.slice(0, address.length - tail.length);
}

function hrefOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}
