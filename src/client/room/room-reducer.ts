/** What each event of a thread's socket does to the room's state. Pure: old state and event give the new state. */
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import { TYPING_MS } from "../../protocol/limits.ts";
import type { Member, Message } from "../../protocol/model.ts";
import { parseCursor } from "./cursor.ts";
import { changeMessage, mergeMessages, tombstone, withoutReaction, withReaction } from "./messages.ts";
import type { RoomState } from "./room-state.ts";

type EventOf<T extends ThreadEvent["type"]> = Extract<ThreadEvent, { type: T }>;

/** Whether the event is numbered, and so moves the cursor. */
export function isDurable(event: ThreadEvent): event is DurableEvent {
  return "rev" in event && event.type !== "ack";
}

/** Whether events between the state and this one are missing: then only a resume helps. */
export function leavesGap(state: RoomState, event: ThreadEvent): boolean {
  return isDurable(event) && state.cursor !== undefined && event.rev > state.cursor.rev + 1;
}

/** The state after an event. What one does to the outbox is not decided here. */
export function reduceRoom(state: RoomState, event: ThreadEvent, now: number): RoomState {
  if (isDurable(event)) return reduceDurable(state, event);
  switch (event.type) {
    case "welcome":
      return welcomed(state, event);
    case "history":
      return withHistory(state, event);
    case "join":
      return joined(state, event);
    case "leave":
      return left(state, event.userId);
    case "online":
      // A large room: who is in it is not told.
      return { ...state, online: [], onlineCount: event.count };
    case "typing":
      return {
        ...state,
        typing: [...notTyping(state, event.userId), { userId: event.userId, until: now + TYPING_MS }],
      };
    case "read":
      return withReadMarker(state, event.userId, event.seq);
    default:
      return state;
  }
}

/** Takes away the typing that was last heard of too long ago. */
export function expireTyping(state: RoomState, now: number): RoomState {
  const typing = state.typing.filter(({ until }) => until > now);
  return typing.length === state.typing.length ? state : { ...state, typing };
}

/** Members in the order of joining; of two copies of one, the newer. */
export function mergeMembers(older: readonly Member[], newer: readonly Member[]): readonly Member[] {
  const byId = new Map([...older, ...newer].map((member) => [member.user.id, member]));
  return [...byId.values()].toSorted((a, b) => a.joinedAt - b.joinedAt);
}

function welcomed(state: RoomState, event: EventOf<"welcome">): RoomState {
  const { thread, user, online, onlineCount, limits, resumed } = event;
  const { id, kind, name, createdAt, you, members, memberCount } = thread;
  const cursor = parseCursor(event.cursor);
  // Whether the thread only went on since: not another epoch, nor back to an earlier state.
  const continues = cursor.epoch === state.cursor?.epoch && cursor.rev >= state.cursor.rev;
  return {
    ...state,
    ready: true,
    user,
    thread: { id, kind, name, createdAt },
    you,
    cursor,
    // On a resume those who left are told of.
    members: resumed ? mergeMembers(state.members, members) : members,
    memberCount,
    messages: resumed || continues ? state.messages : [],
    quoted: resumed ? state.quoted : [],
    online,
    onlineCount,
    typing: [],
    limits,
  };
}

/** What was shown stays. There may be a hole between that and the snapshot, until the pages between are loaded. */
function withHistory(state: RoomState, { messages, hasBefore }: EventOf<"history">): RoomState {
  const oldest = state.messages[0]?.seq ?? Infinity;
  return {
    ...state,
    messages: mergeMessages(state.messages, messages),
    hasBefore: oldest < (messages[0]?.seq ?? 0) ? state.hasBefore : hasBefore,
  };
}

function reduceDurable(state: RoomState, event: DurableEvent): RoomState {
  if (state.cursor && event.rev <= state.cursor.rev) return state;
  const moved = state.cursor ? { ...state, cursor: { ...state.cursor, rev: event.rev } } : state;
  switch (event.type) {
    case "chat":
      return withChat(moved, event.message);
    case "edit":
      return changed(moved, event.message, () => event.message);
    case "delete":
      return changed(moved, event, (message) => tombstone(message, event.deletedAt));
    case "react":
      return changed(moved, event, (message) => withReaction(message, event.emoji, event.user));
    case "unreact":
      return changed(moved, event, (message) => withoutReaction(message, event.emoji, event.user));
    case "member":
      return withMember(moved, event);
    case "member_removed":
      return withoutMember(moved, event.userId);
    case "thread":
      return { ...moved, thread: event.thread };
    default:
      // Of a type that a later server knows: it has its number, and the rest is not for this client.
      return moved;
  }
}

function changed(
  state: RoomState,
  { seq, rev }: { seq: number; rev: number },
  change: (message: Message) => Message,
): RoomState {
  return {
    ...state,
    messages: changeMessage(state.messages, seq, rev, change),
    quoted: changeMessage(state.quoted, seq, rev, change),
  };
}

function withChat(state: RoomState, message: Message): RoomState {
  const newest = state.messages.at(-1);
  const messages = mergeMessages(state.messages, [message]);
  const typing = notTyping(state, message.author.id);
  const first = !newest && message.seq > 1 ? { hasBefore: true } : {};
  const next = { ...state, ...first, messages, typing };
  // Whoever sends has read: the server moves the sender's marker.
  return withReadMarker(next, message.author.id, message.seq);
}

function withMember(state: RoomState, { member }: EventOf<"member">): RoomState {
  const { user, role, readSeq } = member;
  const members = mergeMembers(state.members, [member]);
  return {
    ...state,
    members,
    memberCount: state.memberCount + members.length - state.members.length,
    you: user.id === state.user?.id ? { role, readSeq } : state.you,
  };
}

function withoutMember(state: RoomState, userId: string): RoomState {
  const members = state.members.filter(({ user }) => user.id !== userId);
  return { ...state, members, memberCount: Math.max(members.length, state.memberCount - 1) };
}

function withReadMarker(state: RoomState, userId: string, seq: number): RoomState {
  const { you } = state;
  const own = userId === state.user?.id;
  return {
    ...state,
    members: state.members.map((member) =>
      member.user.id === userId && member.readSeq < seq ? { ...member, readSeq: seq } : member,
    ),
    you: own && you && you.readSeq < seq ? { ...you, readSeq: seq } : you,
  };
}

function joined(state: RoomState, { user }: EventOf<"join">): RoomState {
  if (state.online.some(({ id }) => id === user.id)) return state;
  return { ...state, online: [...state.online, user], onlineCount: state.onlineCount + 1 };
}

function left(state: RoomState, userId: string): RoomState {
  return {
    ...state,
    online: state.online.filter(({ id }) => id !== userId),
    onlineCount: Math.max(0, state.onlineCount - 1),
    typing: notTyping(state, userId),
  };
}

function notTyping(state: RoomState, userId: string): RoomState["typing"] {
  return state.typing.filter((typing) => typing.userId !== userId);
}
