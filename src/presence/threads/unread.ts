/** What a member has read of a thread, and how much is unread. */

/** Of a row of `threads`. */
interface Counted {
  seq: number;
  senders: string;
}

/** The markers that users' own messages moved. A Map, since a user id may be any text, `__proto__` too. */
export function sendersOf(row: Pick<Counted, "senders"> | undefined): Map<string, number> {
  return new Map(Object.entries(row ? (JSON.parse(row.senders) as Record<string, number>) : {}));
}

/** Up to where a member has read: their stored marker, or their own newest message. */
export function markerOf(row: Counted, userId: string, readSeq: number): number {
  // Most threads of a list have no message of the user's own: looking for the quoted id is cheaper than parsing.
  if (!row.senders.includes(JSON.stringify(userId))) return readSeq;
  return Math.max(readSeq, sendersOf(row).get(userId) ?? 0);
}

/** How many messages are newer than the marker. A marker may be ahead: the thread's update comes a moment later. */
export function unreadOf(row: Counted, marker: number): number {
  return Math.max(0, row.seq - marker);
}
