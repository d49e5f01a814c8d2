/** How far a client has followed a thread's durable events. The contract writes it as `epoch:rev`. */

export interface Cursor {
  epoch: string;
  rev: number;
}

/** Writes a cursor for the `cursor` parameter. */
export function formatCursor({ epoch, rev }: Cursor): string {
  return `${epoch}:${rev}`;
}

/** Parses the cursor of a `welcome`. */
export function parseCursor(text: string): Cursor {
  const colon = text.lastIndexOf(":");
  return { epoch: text.slice(0, colon), rev: Number(text.slice(colon + 1)) };
}
