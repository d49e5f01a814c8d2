/** The rows of a conversation: messages and what is being sent, grouped by day and author. Pure. */
import type { Outgoing } from "../client/room-state.ts";
import type { Message, User } from "../protocol/model.ts";
import { isSameDay } from "./when.ts";

/** After a pause this long, the same author's next message begins a group of its own. */
const GROUP_MS = 5 * 60 * 1000;

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
  /** Whether a new day begins with this row. */
  startsDay: boolean;
  /** Whether the author is to be named: another one, another day or later. */
  startsGroup: boolean;
}

type Plain = Omit<Row, "startsDay" | "startsGroup">;

export function rowsOf(messages: readonly Message[], outgoing: readonly Outgoing[], user: User): Row[] {
  const plain: Plain[] = [
    ...messages.map((message) => ofMessage(message, user)),
    ...outgoing.map((sending) => ofOutgoing(sending, user)),
  ];
  return plain.map((row, index) => withGroup(row, plain[index - 1]));
}

function withGroup(row: Plain, before: Plain | undefined): Row {
  const startsDay = !before || !isSameDay(before.at, row.at);
  const startsGroup = startsDay || before.author.id !== row.author.id || row.at - before.at > GROUP_MS;
  return { ...row, startsDay, startsGroup };
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
