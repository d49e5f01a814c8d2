/** Small things that these tests are made of. */
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import type { ClientLimits, Message, Thread, User } from "../../../src/protocol/model.ts";
import { reduceRoom } from "../../../src/client/room/room-reducer.ts";
import { EMPTY_ROOM, type RoomState } from "../../../src/client/room/room-state.ts";

export const ADA: User = { id: "ada", name: "Ada" };
export const BEN: User = { id: "ben", name: "Ben" };
export const NOW = 1_000_000;

const LIMITS: ClientLimits = {
  bodyLength: 10_000,
  frameBytes: 65_536,
  batch: 100,
  emojiBytes: 64,
  reactionsPerMessage: 20,
  burst: 20,
  per10s: 10,
  pingMs: 30_000,
  typingMs: 5_000,
};

/** A message of Ben's, number `seq`, as of `rev`. */
export function message(seq: number, more: Partial<Message> = {}): Message {
  return { seq, rev: seq, id: `m${seq}`, author: BEN, body: `message ${seq}`, at: NOW + seq, ...more };
}

/** Messages `from` to `to`, each as it was sent. */
export function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

type Welcome = Extract<ThreadEvent, { type: "welcome" }>;

/** Ada's welcome in the thread that she shares with Ben. */
export function welcome(rev: number, more: Partial<Welcome> = {}): Welcome {
  const epoch = "e1";
  const member = (user: User) => ({ user, role: "member" as const, readSeq: 0, joinedAt: NOW });
  const thread: Thread = {
    id: "t1",
    kind: "direct",
    name: null,
    createdAt: NOW,
    epoch,
    seq: rev,
    rev,
    members: [member(ADA), member(BEN)],
    memberCount: 2,
    you: { role: "member", readSeq: 0 },
  };
  return {
    type: "welcome",
    thread,
    user: ADA,
    cursor: `${epoch}:${rev}`,
    resumed: false,
    online: [ADA],
    onlineCount: 1,
    expiresAt: NOW,
    limits: LIMITS,
    ...more,
  };
}

/** A room that nothing is known of. */
export const EMPTY = EMPTY_ROOM;

/** A room after these events. */
export function roomAfter(...events: ThreadEvent[]): RoomState {
  return after(EMPTY_ROOM, ...events);
}

export function after(state: RoomState, ...events: ThreadEvent[]): RoomState {
  return events.reduce((room, event) => reduceRoom(room, event, NOW), state);
}

export function history(list: Message[]): ThreadEvent {
  return { type: "history", messages: list, hasBefore: (list[0]?.seq ?? 1) > 1 };
}

export function chat(rev: number, seq: number, more: Partial<Message> = {}): ThreadEvent {
  return { type: "chat", rev, message: message(seq, { rev, ...more }) };
}

export function seqsOf({ messages: list }: RoomState): number[] {
  return list.map(({ seq }) => seq);
}
