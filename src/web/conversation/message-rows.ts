/** The rows of a conversation: messages and what is being sent, grouped by day and author. Pure. */
import type { Outgoing } from "../../client/outbox/entry.ts";
import { messageIn, type RoomState } from "../../client/room/room-state.ts";
import type { Message, User } from "../../protocol/model.ts";
import { isSameDay } from "../ui/time-format.ts";

/** After a pause this long, the same author's next message begins a group of its own. */
const GROUP_MS = 5 * 60 * 1000;

/** What a message replies to. */
export interface Quote {
  seq: number;
  /** Absent while it is not loaded. */
  message?: Message;
  /** Whether it has a row itself. */
  shown: boolean;
}

export interface Row {
  /** The same before and after a message is stored, so that its row stays where it is. */
  key: string;
  id: string;
  seq?: number;
  author: User;
  own: boolean;
  body: string;
  at: number;
  state: "pending" | "sent" | "failed";
  reason?: string;
  /** Absent while it is not stored. */
  message?: Message;
  quote?: Quote;
  /** Whether a new day begins with this row. */
  startsDay: boolean;
  /** Whether the author is to be named: another one, another day or later. */
  startsGroup: boolean;
}

type Plain = Omit<Row, "startsDay" | "startsGroup">;

/** A row that says what it said in `before`, the rows made last, is that very object: nothing has to render it again. */
export function rowsOf(
  state: Pick<RoomState, "messages" | "quoted" | "outgoing">,
  user: User,
  before: readonly Row[] = [],
): Row[] {
  const plain = [
    ...state.messages.map((message) => withQuote(ofMessage(message, user), message, state)),
    ...state.outgoing.map((sending) => withQuote(ofOutgoing(sending, user), sending, state)),
  ];
  const held = new Map(before.map((row) => [row.key, row]));
  return plain.map((one, index) => {
    const row = withGroup(one, plain[index - 1]);
    const last = held.get(row.key);
    return last && saysSame(last, row) ? last : row;
  });
}

/** Messages are replaced, never changed in place: whether it is the same one says all of it. */
function saysSame(one: Row, other: Row): boolean {
  const parts = Object.keys(one) as (keyof Row)[];
  return (
    parts.length === Object.keys(other).length &&
    parts.every((part) => (part === "quote" ? quotesSame(one.quote, other.quote) : one[part] === other[part]))
  );
}

function quotesSame(one: Quote | undefined, other: Quote | undefined): boolean {
  return one?.seq === other?.seq && one?.message === other?.message && one?.shown === other?.shown;
}

function withGroup(row: Plain, before: Plain | undefined): Row {
  const startsDay = !before || !isSameDay(before.at, row.at);
  const startsGroup = startsDay || before.author.id !== row.author.id || row.at - before.at > GROUP_MS;
  return { ...row, startsDay, startsGroup };
}

function withQuote(
  row: Plain,
  { replyTo }: { replyTo?: number | undefined },
  state: Pick<RoomState, "messages" | "quoted">,
): Plain {
  if (replyTo === undefined) return row;
  const message = messageIn(state, replyTo);
  const shown = replyTo >= (state.messages[0]?.seq ?? Infinity);
  return { ...row, quote: { seq: replyTo, shown, ...(message && { message }) } };
}

function ofMessage(message: Message, user: User): Plain {
  const { id, seq, author, body, at } = message;
  return {
    key: `${author.id} ${id}`,
    id,
    seq,
    author,
    own: author.id === user.id,
    body,
    at,
    state: "sent",
    message,
  };
}

function ofOutgoing({ id, body, at, state, reason }: Outgoing, user: User): Plain {
  const why = reason === undefined ? {} : { reason };
  return { key: `${user.id} ${id}`, id, author: user, own: true, body, at, state, ...why };
}
