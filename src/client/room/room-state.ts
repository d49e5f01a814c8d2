/** The state of one thread while the user is in it: the snapshot that a page shows. */
import type { ClientLimits, Member, Message, Role, ThreadInfo, User } from "../../protocol/model.ts";
import type { ConnectionStatus } from "../connection/connection-state.ts";
import { EMPTY_OUTBOX, type Outgoing, type OutgoingChange } from "../outbox/entry.ts";
import type { Cursor } from "./cursor.ts";

export interface RoomState extends ConnectionStatus {
  /** False until the first `welcome`: the rest is then empty. */
  ready: boolean;
  /** The signed-in user. */
  user?: User;
  thread?: ThreadInfo;
  /** The user's role and read marker; absent for a reader of a public thread who is no member. */
  you?: { role: Role; readSeq: number; timeoutUntil?: number | undefined } | undefined;
  /** The last durable event that the state contains. */
  cursor?: Cursor;
  /** In the order of joining; the first ones only, until `loadMembers()` has loaded the rest. */
  members: readonly Member[];
  /** The number of members, also of those that are not loaded. */
  memberCount: number;
  /**
   * Ascending by `seq`, without gaps but for those that `loadMessages()` leaves. After a snapshot there may be one for a
   * moment, while what is missing is loaded.
   */
  messages: readonly Message[];
  /** Older messages that replies quote: ascending by `seq`, with gaps. */
  quoted: readonly Message[];
  /** Whether there are messages before the first of `messages`. */
  hasBefore: boolean;
  /** Whether `loadOlder()` is loading them. */
  loadingBefore: boolean;
  /** The user's own messages that are not stored yet. */
  outgoing: readonly Outgoing[];
  /** The user's own edits, deletions and reactions that are not stored yet, oldest first. `messages` is without them. */
  outgoingChanges: readonly OutgoingChange[];
  /** Who is in the room; empty in a large room, where only `onlineCount` is known. */
  online: readonly User[];
  onlineCount: number;
  /** Who is typing, and until when that shows, as `performance.now()`: the system clock may be set back. */
  typing: readonly { userId: string; until: number }[];
  limits?: ClientLimits;
}

/** The state of a room before its first `welcome`. */
export const EMPTY_ROOM: RoomState = {
  connection: "connecting",
  ready: false,
  members: [],
  memberCount: 0,
  messages: [],
  quoted: [],
  hasBefore: false,
  loadingBefore: false,
  ...EMPTY_OUTBOX,
  online: [],
  onlineCount: 0,
  typing: [],
};

/** The message `seq`, if this room has loaded it. */
export function messageIn(
  { messages, quoted }: Pick<RoomState, "messages" | "quoted">,
  seq: number,
): Message | undefined {
  return findMessage(messages, seq) ?? findMessage(quoted, seq);
}

/** The message `seq` of a list that ascends by `seq`. */
export function findMessage(list: readonly Message[], seq: number): Message | undefined {
  let [first, last] = [0, list.length - 1];
  while (first < last) {
    const middle = (first + last) >> 1;
    if ((list[middle]?.seq ?? 0) < seq) first = middle + 1;
    else last = middle;
  }
  const found = list[first];
  return found?.seq === seq ? found : undefined;
}

/** The user with this id, if this room knows them. */
export function personIn(state: RoomState, userId: string): User | undefined {
  return (
    state.online.find(({ id }) => id === userId) ??
    state.members.find(({ user }) => user.id === userId)?.user ??
    state.messages.findLast(({ author }) => author.id === userId)?.author
  );
}
