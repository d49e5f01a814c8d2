/** Users, messages, events and states for tests: Ada is signed in, and shares the thread `t1` with Ben. */
import { reduceRoom } from "../../../src/client/room/room-reducer.ts";
import { EMPTY_ROOM, type RoomState } from "../../../src/client/room/room-state.ts";
import type { PresenceEvent, ThreadEvent } from "../../../src/protocol/events.ts";
import type {
  ClientLimits,
  Member,
  Message,
  Thread,
  ThreadSummary,
  User,
} from "../../../src/protocol/model.ts";

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

type EventOf<E extends { type: string }, T extends E["type"]> = Extract<E, { type: T }>;

/** Message `seq` by Ben, as it was sent. */
export function message(seq: number, more: Partial<Message> = {}): Message {
  return { seq, rev: seq, id: `m${seq}`, author: BEN, body: `message ${seq}`, at: NOW + seq, ...more };
}

/** The messages from `from` to `to`, each as it was sent. */
export function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

/** The numbers from `from` to `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

export function member(user: User, more: Partial<Member> = {}): Member {
  return { user, role: "member", readSeq: 0, joinedAt: NOW, ...more };
}

/** The `welcome` of a room. */
export function welcome(
  rev: number,
  more: Partial<EventOf<ThreadEvent, "welcome">> = {},
): EventOf<ThreadEvent, "welcome"> {
  const epoch = "e1";
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

/** The snapshot after a `welcome` that does not resume. */
export function history(list: Message[]): EventOf<ThreadEvent, "history"> {
  return { type: "history", messages: list, hasBefore: (list[0]?.seq ?? 1) > 1 };
}

export function chat(rev: number, seq: number, more: Partial<Message> = {}): EventOf<ThreadEvent, "chat"> {
  return { type: "chat", rev, message: message(seq, { rev, ...more }) };
}

/** A room after these events. */
export function roomAfter(...events: ThreadEvent[]): RoomState {
  return reduceAll(EMPTY_ROOM, ...events);
}

/** A room in this state after these events. */
export function reduceAll(state: RoomState, ...events: ThreadEvent[]): RoomState {
  return events.reduce((room, event) => reduceRoom(room, event, NOW), state);
}

export function seqsOf({ messages: list }: RoomState): number[] {
  return list.map(({ seq }) => seq);
}

export function userIdsOf(members: readonly Member[]): string[] {
  return members.map(({ user }) => user.id);
}

/** A thread as the list shows it: `seq` messages, `readSeq` of them read. */
export function summary(
  id: string,
  seq = 1,
  readSeq = seq,
  more: Partial<ThreadSummary> = {},
): ThreadSummary {
  return { id, kind: "group", name: id, seq, readSeq, unread: seq - readSeq, ...more };
}

/** The `welcome` of presence, with these threads. */
export function presenceWelcome(
  threads: readonly ThreadSummary[] = [],
  more: Partial<EventOf<PresenceEvent, "welcome">> = {},
): EventOf<PresenceEvent, "welcome"> {
  return {
    type: "welcome",
    user: ADA,
    threads: threads.map(({ id, seq, readSeq, unread }) => ({ threadId: id, seq, readSeq, unread })),
    unreadThreads: threads.filter(({ unread }) => unread > 0).length,
    expiresAt: NOW,
    limits: LIMITS,
    ...more,
  };
}

/** A message by Ben that was sent in a thread, as presence is notified of it. */
export function newMessage(
  threadId: string,
  seq: number,
  unread: number,
): EventOf<PresenceEvent, "new_message"> {
  return { type: "new_message", threadId, seq, unread, author: BEN, preview: `${seq}`, at: NOW };
}
