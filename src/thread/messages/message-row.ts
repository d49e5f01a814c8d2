/** A message as its table holds it. */

/** A row of `messages`. */
export type MessageRow = {
  seq: number;
  rev: number;
  touched_rev: number;
  author: string;
  command_id: string;
  body: string;
  at: number;
  reply_to: number | null;
  edited_at: number | null;
  deleted_at: number | null;
  reactions: string | null;
};

/** What SQLite stores of a row, by column of the table. */
export function recordOf(row: MessageRow): (string | number | null)[] {
  const { rev, touched_rev, author, command_id, body, at, reply_to, edited_at, deleted_at, reactions } = row;
  return [null, rev, touched_rev, author, command_id, body, at, reply_to, edited_at, deleted_at, reactions];
}
