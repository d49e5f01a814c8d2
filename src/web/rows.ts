/** The rows of a conversation: messages and what is being sent, grouped by day and author. Pure. */
import { messageIn, type Outgoing, type RoomState } from "../client/room-state.ts";
import type { Message, User } from "../protocol/model.ts";
import { isSameDay } from "./when.ts";

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

export function rowsOf(state: Pick<RoomState, "messages" | "quoted" | "outgoing">, user: User): Row[] {
  const plain = [
    ...state.messages.map((message) => withQuote(ofMessage(message, user), message, state)),
    ...state.outgoing.map((sending) => withQuote(ofOutgoing(sending, user), sending, state)),
  ];
  return plain.map((row, index) => withGroup(row, plain[index - 1]));
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
