/** What this shard stores of a thread, in one row for all its members here, and what each of them sees of it. */
import { fillerFor, recordLength } from "../../durable/record-length.ts";
import { CONTACT_GROUP_MEMBERS } from "../../protocol/limits.ts";
import type { Kind, LastMessage, ThreadSummary, User } from "../../protocol/model.ts";
import type { ThreadUpdate } from "../../rpc/thread-update.ts";
import { unreadOf } from "./unread.ts";

/** A row of `threads`. */
export type ThreadRow = {
  thread_id: string;
  rev: number;
  kind: Kind;
  /** After spaces: `nameOf`. */
  name: string | null;
  created_at: number;
  seq: number;
  active_at: number;
  /** JSON among spaces: `lastOf`. */
  last: string | null;
  pair: string | null;
  senders: string;
  member_count: number | null;
  /** Null in rows from before this column: `makesContacts`. */
  makes_contacts: number | null;
};

/** A row of `threads`, and the marker of the member it was read for. */
export type UserThreadRow = ThreadRow & { read_seq: number };

/** Rows have lengths of so many bytes, or twice as many and so on: one preview then fits where another was. */
const LENGTH_STEP = 4_000;

/**
 * Rows are found by their threads' ids, so that SQLite moves them as others come between, and leaves copies. It moves no
 * more of a row than its first 1,002 bytes: the rest of a longer one has a page of its own, in which it is overwritten
 * (https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages). So the texts begin after that.
 */
const TEXTS_AFTER = " ".repeat(1_002);

/** The row that an update leads to from the row before. `senders` are those of both, merged. */
export function rowOf(
  update: ThreadUpdate,
  senders: ReadonlyMap<string, number>,
  before: ThreadRow | undefined,
): ThreadRow {
  const { name, last, pair, memberCount } = update;
  const lastMessage = JSON.stringify(last ? plainLast(last) : null);
  const row = {
    thread_id: update.threadId,
    rev: update.rev,
    kind: update.kind,
    name: name === null ? null : TEXTS_AFTER + name,
    created_at: update.createdAt,
    seq: update.seq,
    active_at: last?.at ?? update.createdAt,
    last: name === null ? TEXTS_AFTER + lastMessage : lastMessage,
    pair: pair ? JSON.stringify(pair.map(plainUser)) : null,
    senders: JSON.stringify(Object.fromEntries(senders)),
    member_count: memberCount ?? null,
    makes_contacts: Number(update.makesContacts ?? isTakenToMakeContacts(update.kind, memberCount)),
  };
  return { ...row, last: row.last + paddingFor(row, before) };
}

/**
 * Spaces after the newest message that keep a row's length: what it held before is then overwritten where it lies, and
 * of a message that is deleted no preview stays in the file.
 */
function paddingFor(row: ThreadRow & { last: string }, before: ThreadRow | undefined): string {
  const least = Math.ceil(rowLength(row) / LENGTH_STEP) * LENGTH_STEP;
  const length = Math.max(least, before ? rowLength(before) : 0);
  return fillerFor(length, (filler) => recordOf({ ...row, last: `${row.last}${filler}` })) ?? "";
}

/** How long what SQLite stores of a row is, in bytes. */
export function rowLength(row: ThreadRow): number {
  return recordLength(recordOf(row));
}

function recordOf(row: ThreadRow): (string | number | null)[] {
  const { thread_id, rev, kind, name, created_at, seq, active_at, last, pair, senders, member_count } = row;
  const texts = [thread_id, rev, kind, name, created_at, seq, active_at, last, pair, senders, member_count];
  // One byte for its type, whichever value it has.
  return [...texts, row.makes_contacts];
}

/** Whether two rows are of one length in the file, so that the second is written where the first lies. */
export function sameLength(a: ThreadRow, b: ThreadRow): boolean {
  // A row from before the last column has one byte less than its length says.
  return rowLength(a) === rowLength(b) && (a.makes_contacts === null) === (b.makes_contacts === null);
}

/** Whether the members of a thread are contacts of each other by it. */
export function makesContacts({ kind, member_count, makes_contacts }: ThreadRow): boolean {
  if (makes_contacts !== null) return makes_contacts === 1;
  return isTakenToMakeContacts(kind, member_count ?? undefined);
}

/** The same as far as can be said where the thread, of an older version, did not say it. `memberCount`: where it is known. */
function isTakenToMakeContacts(kind: Kind, memberCount: number | undefined): boolean {
  return kind !== "public" && (memberCount ?? 0) <= CONTACT_GROUP_MEMBERS;
}

/** The update that leads to this row in another shard. */
export function updateOf(row: ThreadRow, joined: ThreadUpdate["joined"]): ThreadUpdate {
  const last = lastOf(row);
  return {
    threadId: row.thread_id,
    rev: row.rev,
    kind: row.kind,
    name: nameOf(row),
    createdAt: row.created_at,
    seq: row.seq,
    ...(last && { last }),
    ...(row.pair !== null && { pair: JSON.parse(row.pair) as User[] }),
    ...(row.member_count !== null && { memberCount: row.member_count }),
    makesContacts: makesContacts(row),
    joined,
    left: [],
    readers: {},
    senders: {},
  };
}

/** The thread's name, which begins with no space of its own. */
function nameOf({ name }: ThreadRow): string | null {
  return name === null ? null : name.trimStart();
}

/** The newest message. */
export function lastOf({ last }: ThreadRow): LastMessage | undefined {
  return last === null ? undefined : ((JSON.parse(last) as LastMessage | null) ?? undefined);
}

/** The same as JSON, by which rows are compared. */
function lastText({ last }: ThreadRow): string {
  return last?.trim() ?? "null";
}

/** The contract's summary, for a member who has read up to `marker`. */
export function summaryOf(row: ThreadRow, marker: number): ThreadSummary {
  const last = lastOf(row);
  return {
    id: row.thread_id,
    kind: row.kind,
    name: nameOf(row),
    seq: row.seq,
    readSeq: marker,
    unread: unreadOf(row, marker),
    ...(last && { lastMessage: last }),
    ...(row.pair !== null && { members: JSON.parse(row.pair) as User[] }),
    ...(row.member_count !== null && { memberCount: row.member_count }),
  };
}

/** Whether members see the same in two rows, the newest message included. */
export function sameHead(a: ThreadRow, b: ThreadRow): boolean {
  return sameLook(a, b) && lastText(a) === lastText(b);
}

/** Whether two rows have the same name and, where the title is made of members, the same ones. */
export function sameLook(a: ThreadRow, b: ThreadRow): boolean {
  return (
    a.kind === b.kind && nameOf(a) === nameOf(b) && a.pair === b.pair && a.member_count === b.member_count
  );
}

// Keys in a fixed order, so that equal content is equal text: rows are compared as text.
function plainUser({ id, name, avatarUrl }: User): User {
  return { id, name, ...(avatarUrl !== undefined && { avatarUrl }) };
}

function plainLast({ seq, author, preview, at, deletedAt }: LastMessage): LastMessage {
  return { seq, author: plainUser(author), preview, at, ...(deletedAt !== undefined && { deletedAt }) };
}
