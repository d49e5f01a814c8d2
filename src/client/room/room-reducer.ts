/** How each event of a thread's socket changes the state of the room. Pure: a state and an event give the next state. */
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import { TYPING_MS } from "../../protocol/limits.ts";
import { mapIfSome } from "../store/map-if-some.ts";
import { parseCursor } from "./cursor.ts";
import { changeMembers, mergeMembers } from "./members.ts";
import { changeMessages, mergeMessages } from "./messages.ts";
import { withOwnReactions } from "./reactions.ts";
import type { RoomState } from "./room-state.ts";

type EventOf<T extends ThreadEvent["type"]> = Extract<ThreadEvent, { type: T }>;

/** Whether the event has a `rev`, and so moves the cursor. */
export function isDurable(event: ThreadEvent): event is DurableEvent {
  return "rev" in event && event.type !== "ack";
}

/** Whether events between the state and this one are missing: only reconnecting brings them. */
export function leavesGap(state: RoomState, event: ThreadEvent): boolean {
  return isDurable(event) && state.cursor !== undefined && event.rev > state.cursor.rev + 1;
}

/** The state after an event; `now` is `performance.now()`. The outbox is not part of this. */
export function reduceRoom(state: RoomState, event: ThreadEvent, now: number): RoomState {
  if (isDurable(event)) return reduceDurable(state, event);
  switch (event.type) {
    case "welcome":
      return welcomed(state, event);
    case "history":
      return withMessagePage(state, event);
    case "join":
      return joined(state, event);
    case "leave":
      return left(state, event);
    case "online":
      // The room has become large: from now on only the number is sent.
      return {
        ...state,
        online: [],
        onlineCount: event.count,
        memberCount: event.memberCount ?? state.memberCount,
      };
    case "typing":
      return withTyping(state, event.userId, now + TYPING_MS);
    case "read":
      return withReadMarker(state, event, event.userId, event.seq);
    case "user":
      return withProfile(state, event);
    default:
      return state;
  }
}

/** Removes those who were last known to be typing too long ago. */
export function expireTyping(state: RoomState, now: number): RoomState {
  const typing = state.typing.filter(({ until }) => until > now);
  return typing.length === state.typing.length ? state : { ...state, typing };
}

function welcomed(state: RoomState, event: EventOf<"welcome">): RoomState {
  const { thread, user, online, onlineCount, limits, resumed } = event;
  const { you, members, memberCount, epoch: _epoch, seq: _seq, rev: _rev, ...info } = thread;
  const cursor = parseCursor(event.cursor);
  // Otherwise the thread was restored to an earlier state, or is another one under the same id.
  const isSameHistory = cursor.epoch === state.cursor?.epoch && cursor.rev >= state.cursor.rev;
  return {
    ...state,
    ready: true,
    user,
    thread: info,
    you,
    cursor,
    // On a resume, the events that follow say who was removed.
    members: resumed ? mergeMembers(state.members, members) : members,
    memberCount,
    messages: resumed || isSameHistory ? state.messages : [],
    quoted: resumed ? state.quoted : [],
    online,
    onlineCount,
    typing: [],
    limits,
  };
}

/** The state with a page of messages: the newest of a snapshot, or others. Those loaded already stay; gaps may remain. */
export function withMessagePage(
  state: RoomState,
  { messages, hasBefore }: Pick<EventOf<"history">, "messages" | "hasBefore">,
): RoomState {
  const oldestHeld = state.messages[0]?.seq ?? Infinity;
  const oldestIncoming = messages[0]?.seq ?? 0;
  return {
    ...state,
    messages: mergeMessages(state.messages, messages),
    hasBefore: oldestHeld < oldestIncoming ? state.hasBefore : hasBefore,
  };
}

/** The state without the messages before `seq`: what cannot be confirmed is not shown. `loadOlder()` brings it back. */
export function withoutBefore(state: RoomState, seq: number): RoomState {
  return { ...state, messages: state.messages.filter((message) => message.seq >= seq), hasBefore: true };
}

function reduceDurable(state: RoomState, event: DurableEvent): RoomState {
  // An event that a replay repeats.
  if (state.cursor && event.rev <= state.cursor.rev) return state;
  const moved = state.cursor ? { ...state, cursor: { ...state.cursor, rev: event.rev } } : state;
  switch (event.type) {
    case "chat":
      return withChat(moved, event);
    case "edit":
    case "delete":
    case "react":
    case "unreact":
      return {
        ...moved,
        messages: changeMessages(moved.messages, event, state.user?.id),
        quoted: changeMessages(moved.quoted, event, state.user?.id),
      };
    case "member":
      return withMember(moved, event);
    case "member_removed":
      return withoutMember(moved, event);
    case "thread":
      return { ...moved, thread: event.thread };
    default:
      // A type of a later version of the contract: only its `rev` matters here.
      event satisfies never;
      return moved;
  }
}

function withChat(state: RoomState, event: EventOf<"chat">): RoomState {
  const { seq, author } = event.message;
  const isFirstKnown = state.messages.length === 0;
  const message = withOwnReactions(event.message, state.user?.id);
  const next = {
    ...state,
    messages: mergeMessages(state.messages, [message]),
    hasBefore: state.hasBefore || (isFirstKnown && seq > 1),
    typing: withoutTyping(state, author.id),
  };
  // Sending a message marks it as read.
  return withReadMarker(next, event, author.id, seq);
}

function withMember(state: RoomState, event: EventOf<"member">): RoomState {
  const { user, role, readSeq, timeoutUntil } = event.member;
  const members = changeMembers(state.members, event);
  return {
    ...state,
    members,
    memberCount: event.memberCount ?? Math.max(members.length, state.memberCount),
    you:
      user.id === state.user?.id
        ? { role, readSeq, ...(timeoutUntil !== undefined && { timeoutUntil }) }
        : state.you,
  };
}

function withoutMember(state: RoomState, event: EventOf<"member_removed">): RoomState {
  const members = changeMembers(state.members, event);
  return {
    ...state,
    members,
    memberCount: event.memberCount ?? Math.max(members.length, state.memberCount - 1),
  };
}

/** A user has another profile: they are shown by it wherever they are named. */
function withProfile(state: RoomState, event: EventOf<"user">): RoomState {
  const { user } = event;
  const isMeant = ({ id }: { id: string }) => id === user.id;
  return {
    ...state,
    ...(state.user && isMeant(state.user) && { user }),
    members: changeMembers(state.members, event),
    messages: changeMessages(state.messages, event, state.user?.id),
    quoted: changeMessages(state.quoted, event, state.user?.id),
    online: mapIfSome(state.online, isMeant, () => user),
  };
}

/** Moves a user's read marker to `seq`, in `members` and, if it is the signed-in user's, in `you`; never back. */
function withReadMarker(
  state: RoomState,
  event: EventOf<"read" | "chat">,
  userId: string,
  seq: number,
): RoomState {
  const { user, you } = state;
  const isOwn = userId === user?.id;
  return {
    ...state,
    members: changeMembers(state.members, event),
    you: isOwn && you && you.readSeq < seq ? { ...you, readSeq: seq } : you,
  };
}

function joined(before: RoomState, event: EventOf<"join">): RoomState {
  const { user, memberCount = before.memberCount } = event;
  const state = { ...before, members: changeMembers(before.members, event), memberCount };
  if (state.online.some(({ id }) => id === user.id)) return state;
  return { ...state, online: [...state.online, user], onlineCount: state.onlineCount + 1 };
}

function left(state: RoomState, { userId }: EventOf<"leave">): RoomState {
  return {
    ...state,
    online: state.online.filter(({ id }) => id !== userId),
    onlineCount: Math.max(0, state.onlineCount - 1),
    typing: withoutTyping(state, userId),
  };
}

function withTyping(state: RoomState, userId: string, until: number): RoomState {
  return { ...state, typing: [...withoutTyping(state, userId), { userId, until }] };
}

function withoutTyping(state: RoomState, userId: string): RoomState["typing"] {
  return state.typing.filter((typing) => typing.userId !== userId);
}
