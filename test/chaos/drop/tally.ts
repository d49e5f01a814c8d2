/** Counts what became of every text at every participant. */
import type { Sighting } from "./system.ts";

export interface Tally {
  expected: number;
  /** Deliveries that this way of seeing leaves to another. */
  leftOut: number;
  delivered: number;
  duplicates: number;
  /** Texts that came after one that their author said later, or that came later for another participant. */
  outOfOrder: number;
}

/** The text of the `number`th thing that `sender` says. */
export function textOf(sender: string, number: number): string {
  return `${sender} ${number}`;
}

/** What one way of seeing showed all participants, of `sent`; `order` is the one that all should agree on. */
export function tally(
  sent: ReadonlySet<string>,
  sightings: readonly Sighting[],
  order: readonly string[],
): Tally {
  const places = new Map(order.map((text, place) => [text, place]));
  const all: Tally = { expected: 0, leftOut: 0, delivered: 0, duplicates: 0, outOfOrder: 0 };
  for (const { texts, doubled, leftOut } of sightings) {
    const seen = new Set<string>();
    const latest = new Map<string, number>();
    let furthest = -1;
    for (const text of texts) {
      if (seen.has(text)) {
        all.duplicates++;
        continue;
      }
      seen.add(text);
      const { sender, number } = parse(text);
      const place = places.get(text) ?? furthest;
      if (number < (latest.get(sender) ?? 0) || place < furthest) all.outOfOrder++;
      latest.set(sender, Math.max(number, latest.get(sender) ?? 0));
      furthest = Math.max(furthest, place);
    }
    all.duplicates += doubled?.size ?? 0;
    for (const text of sent) {
      if (seen.has(text)) all.delivered++;
      if (!seen.has(text) && leftOut?.has(text)) all.leftOut++;
      else all.expected++;
    }
  }
  return all;
}

/** The order of whoever saw the most. */
export function agreedOrder(sightings: readonly Sighting[]): string[] {
  const orders = sightings.map(({ texts }) => [...new Set(texts)]);
  return orders.reduce((longest, order) => (order.length > longest.length ? order : longest), []);
}

function parse(text: string): { sender: string; number: number } {
  const space = text.lastIndexOf(" ");
  return { sender: text.slice(0, space), number: Number(text.slice(space + 1)) };
}
