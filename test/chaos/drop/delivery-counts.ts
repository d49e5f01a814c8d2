/** Counts what became of every text at every participant. */
import type { ReceivedTexts } from "./chat-system.ts";

export interface DeliveryCounts {
  expected: number;
  /** Deliveries that by contract come through another interface. */
  excluded: number;
  delivered: number;
  duplicates: number;
  /** Texts that came after a later one of the same sender, or in another order than at other participants. */
  outOfOrder: number;
}

/** The text of the `number`th message of `sender`. */
export function textOf(sender: string, number: number): string {
  return `${sender} ${number}`;
}

/** Counts the deliveries of `sent` to all participants through one interface; `order` is the order all should agree on. */
export function countDeliveries(
  sent: ReadonlySet<string>,
  received: readonly ReceivedTexts[],
  order: readonly string[],
): DeliveryCounts {
  const positions = new Map(order.map((text, position) => [text, position]));
  const counts: DeliveryCounts = { expected: 0, excluded: 0, delivered: 0, duplicates: 0, outOfOrder: 0 };
  for (const { texts, shownTwice, excluded } of received) {
    const seen = new Set<string>();
    const latestBySender = new Map<string, number>();
    let furthest = -1;
    for (const text of texts) {
      if (seen.has(text)) {
        counts.duplicates++;
        continue;
      }
      seen.add(text);
      const { sender, number } = parse(text);
      const latest = latestBySender.get(sender) ?? 0;
      const position = positions.get(text) ?? furthest;
      if (number < latest || position < furthest) counts.outOfOrder++;
      latestBySender.set(sender, Math.max(number, latest));
      furthest = Math.max(furthest, position);
    }
    counts.duplicates += shownTwice?.size ?? 0;
    for (const text of sent) {
      if (seen.has(text)) counts.delivered++;
      if (!seen.has(text) && excluded?.has(text)) counts.excluded++;
      else counts.expected++;
    }
  }
  return counts;
}

/** The order in which the participant with the most texts received them. */
export function longestOrder(received: readonly ReceivedTexts[]): string[] {
  const orders = received.map(({ texts }) => [...new Set(texts)]);
  return orders.reduce((longest, order) => (order.length > longest.length ? order : longest), []);
}

function parse(text: string): { sender: string; number: number } {
  const space = text.lastIndexOf(" ");
  return { sender: text.slice(0, space), number: Number(text.slice(space + 1)) };
}
