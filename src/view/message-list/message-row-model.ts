/** The rows of the message list: stored and outgoing messages, grouped by day and author. Pure. */
import type { Outgoing, OutgoingChange } from "../../client/outbox/entry.ts";
import { findMessage, messageIn, type RoomState } from "../../client/room/room-state.ts";
import type { Message, User } from "../../protocol/model.ts";
import { isBeingDeleted, withOutgoingChanges } from "./outgoing-changes.ts";
import { isSameDay } from "../text/time-format.ts";

/** After a pause this long, the same author's next message starts a new group. */
const GROUP_PAUSE_MS = 5 * 60 * 1000;

const NONE: ReadonlySet<string> = new Set();

/** The message that another one replies to. */
export interface Quote {
  seq: number;
  /** Absent while it is not loaded. */
  message?: Message;
  /** Whether it has a row in the list. */
  inList: boolean;
}

/** What one row shows. */
export interface MessageRowModel {
  /** Stays the same when an outgoing message becomes a stored one, so that its row keeps its element. */
  key: string;
  id: string;
  seq?: number;
  author: User;
  own: boolean;
  body: string;
  at: number;
  state: "pending" | "sent" | "failed";
  /** Whether the user has removed it: that can still be undone, or the server has not answered yet. */
  removed: boolean;
  /** Why it failed. */
  reason?: string;
  /** Absent while it is not stored. With the changes that wait, but not with those that have failed. */
  message?: Message;
  /** The user's own changes to it that are not stored; absent where there are none. */
  changes?: readonly OutgoingChange[];
  quote?: Quote;
  /** Whether it is the first of its day. */
  startsDay: boolean;
  /** Above it, messages are missing that are not loaded: the last one before them. */
  gapAfter?: number;
  /** Whether the row names its author: another author than the row above, another day, or a pause between them. */
  startsGroup: boolean;
}

type UngroupedRow = Omit<MessageRowModel, "startsDay" | "startsGroup" | "gapAfter" | "removed">;

/** The key of the row of an author's message with this id. */
export function rowKey(authorId: string, id: string): string {
  return `${authorId} ${id}`;
}

/** What the rows show. */
export type RowSource = Pick<RoomState, "messages" | "quoted" | "outgoing" | "outgoingChanges">;

/** What rows were built from, and the rows. */
interface Built {
  source: RowSource;
  user: User;
  removed: ReadonlySet<string>;
  rows: readonly MessageRowModel[];
}

/**
 * Builds the rows of one list, again and again. A row equal to the one before is that very object, so that it need not
 * render again. Only rows from the first change on are built: a new message costs the same however many are loaded.
 */
export class MessageRows {
  #last: Built | undefined;

  /** `removed` has the keys of the rows that the user has removed. */
  build(source: RowSource, user: User, removed = NONE): readonly MessageRowModel[] {
    const last = this.#last;
    const start = last ? firstChange(last, { source, user, removed }) : 0;
    const kept = last?.rows.slice(0, start) ?? [];
    const built = buildRows(source, start, user, removed, kept.at(-1));
    const before = new Map(last?.rows.slice(start).map((row) => [row.key, row]));
    const rows = built.map((row) => {
      const same = before.get(row.key);
      return same && areRowsEqual(same, row) ? same : row;
    });
    this.#last = { source, user, removed, rows: [...kept, ...rows] };
    return this.#last.rows;
  }
}

/** The index of the first row that may differ. A row depends on what is above it alone, and not on what is below. */
function firstChange(last: Built, { source, user, removed }: Omit<Built, "rows">): number {
  const { messages, quoted, outgoingChanges } = source;
  if (last.user !== user || last.removed !== removed || last.source.quoted !== quoted) return 0;
  const changes =
    last.source.outgoingChanges === outgoingChanges
      ? []
      : [...last.source.outgoingChanges, ...outgoingChanges];
  const firstSeq = Math.min(...changes.map(({ seq }) => seq));
  const index = messages.findIndex(
    (message, at) => message !== last.source.messages[at] || message.seq >= firstSeq,
  );
  return index === -1 ? messages.length : index;
}

/** The rows from the index `start` on, below the row `above`. */
function buildRows(
  source: RowSource,
  start: number,
  user: User,
  removed: ReadonlySet<string>,
  above: MessageRowModel | undefined,
): MessageRowModel[] {
  const { messages, outgoing, outgoingChanges } = source;
  const changed = new Set(outgoingChanges.map(({ seq }) => seq));
  const changesOf = ({ seq }: Message) =>
    changed.has(seq) ? outgoingChanges.filter((change) => change.seq === seq) : undefined;
  const ungrouped = [
    ...messages
      .slice(start)
      .map((message) => withQuote(storedRow(message, user, changesOf(message)), message, source)),
    ...outgoing.map((one) => withQuote(outgoingRow(one, user), one, source)),
  ];
  return ungrouped.map((row, index) => completed(row, ungrouped[index - 1] ?? above, removed));
}

/** Messages are replaced, never mutated: comparing them by identity is enough. */
function areRowsEqual(one: MessageRowModel, other: MessageRowModel): boolean {
  const fields = Object.keys(one) as (keyof MessageRowModel)[];
  return (
    fields.length === Object.keys(other).length &&
    fields.every((field) =>
      field === "quote" ? areQuotesEqual(one.quote, other.quote) : one[field] === other[field],
    )
  );
}

function areQuotesEqual(one: Quote | undefined, other: Quote | undefined): boolean {
  return one?.seq === other?.seq && one?.message === other?.message && one?.inList === other?.inList;
}

function completed(
  row: UngroupedRow,
  above: UngroupedRow | undefined,
  removed: ReadonlySet<string>,
): MessageRowModel {
  const startsDay = !above || !isSameDay(above.at, row.at);
  const gapAfter = row.seq !== undefined && above?.seq !== row.seq - 1 ? above?.seq : undefined;
  const startsGroup =
    startsDay ||
    gapAfter !== undefined ||
    above.author.id !== row.author.id ||
    row.at - above.at > GROUP_PAUSE_MS;
  return {
    ...row,
    startsDay,
    startsGroup,
    ...(gapAfter !== undefined && { gapAfter }),
    removed: removed.has(row.key) || isBeingDeleted(row.changes),
  };
}

function withQuote(
  row: UngroupedRow,
  { replyTo }: { replyTo?: number | undefined },
  state: Pick<RoomState, "messages" | "quoted">,
): UngroupedRow {
  if (replyTo === undefined) return row;
  const message = messageIn(state, replyTo);
  const inList = findMessage(state.messages, replyTo) !== undefined;
  return { ...row, quote: { seq: replyTo, inList, ...(message && { message }) } };
}

function storedRow(stored: Message, user: User, changes?: readonly OutgoingChange[]): UngroupedRow {
  const message = changes ? withOutgoingChanges(stored, changes, user) : stored;
  const { id, seq, author, body, at } = message;
  return {
    key: rowKey(author.id, id),
    id,
    seq,
    author,
    own: author.id === user.id,
    body,
    at,
    state: "sent",
    message,
    ...(changes && { changes }),
  };
}

function outgoingRow({ id, body, at, state, reason }: Outgoing, user: User): UngroupedRow {
  return {
    key: rowKey(user.id, id),
    id,
    author: user,
    own: true,
    body,
    at,
    state,
    ...(reason !== undefined && { reason }),
  };
}
