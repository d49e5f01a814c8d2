/** What each event of the presence socket, and each page of the list, does to the presence state. Pure. */
import type { PresenceEvent } from "../protocol/events.ts";
import type { ThreadPage } from "../protocol/http.ts";
import { WELCOME_THREADS } from "../protocol/limits.ts";
import type { ThreadSummary } from "../protocol/model.ts";
import type { Marks, PresenceState } from "./presence-state.ts";

type EventOf<T extends PresenceEvent["type"]> = Extract<PresenceEvent, { type: T }>;

/** The state after an event. */
export function reducePresence(state: PresenceState, event: PresenceEvent): PresenceState {
  switch (event.type) {
    case "welcome":
      return welcomed(state, event);
    case "new_message":
      return withNewMessage(state, event);
    case "read": {
      const seq = event.readSeq + event.unread;
      return withMarks(state, event.threadId, { seq, readSeq: event.readSeq });
    }
    case "thread":
      return withThread(state, event.thread);
    case "thread_removed":
      return withoutThread(state, event.threadId);
    case "presence": {
      const { userId, status, lastSeenAt } = event;
      const seen = lastSeenAt === undefined ? {} : { lastSeenAt };
      return { ...state, presence: { ...state.presence, [userId]: { userId, status, ...seen } } };
    }
    default:
      return state;
  }
}

/** The state with a page of the list: the first one is the newest order, a later one goes below. */
export function withPage(state: PresenceState, page: ThreadPage, place: "first" | "next"): PresenceState {
  const { nextCursor: _was, ...before } = state;
  // Of more threads than a welcome holds, its count has those too that only a page now tells of.
  const wasFull = Object.keys(state.marks).length >= WELCOME_THREADS;
  const known = wasFull ? { ...before, marks: { ...marksOf(page), ...state.marks } } : before;
  const marked = page.threads.reduce<PresenceState>((to, { id, seq, readSeq }) => {
    return withMarks(to, id, { seq, readSeq });
  }, known);
  const inPage = new Set(page.threads.map(({ id }) => id));
  const held = new Map(state.threads.map((thread) => [thread.id, thread]));
  const fresh = page.threads.map((thread) => newer(held.get(thread.id), thread));
  const others = marked.threads.filter(({ id }) => !inPage.has(id));
  return {
    ...marked,
    threads: (place === "first" ? [...fresh, ...others] : [...others, ...fresh]).map((thread) =>
      counted(thread, marked.marks),
    ),
    threadsLoaded: true,
    ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
  };
}

/** The state after something was read in this very client. */
export function withSeen(state: PresenceState, threadId: string, seq: number): PresenceState {
  // Of a thread that is not known to be one's own nothing is counted.
  return threadId in state.marks ? withMarks(state, threadId, { seq, readSeq: seq }) : state;
}

/** Whether the event speaks of a thread that the list does not show: then the list is asked for again. */
export function isUnlisted(state: PresenceState, event: PresenceEvent): boolean {
  return (
    event.type === "new_message" &&
    state.threadsLoaded &&
    !state.threads.some(({ id }) => id === event.threadId)
  );
}

function welcomed(state: PresenceState, event: EventOf<"welcome">): PresenceState {
  const marks = Object.fromEntries(
    event.threads.map(({ threadId, seq, readSeq }) => [threadId, { seq, readSeq }]),
  );
  // Fewer than the welcome can hold are all there are: one that is not among them was left meanwhile.
  const complete = event.threads.length < WELCOME_THREADS;
  return {
    ...state,
    user: event.user,
    unreadThreads: event.unreadThreads,
    marks: complete ? marks : { ...state.marks, ...marks },
    threads: state.threads
      .filter(({ id }) => !complete || id in marks)
      .map((thread) => counted(thread, { ...state.marks, ...marks })),
  };
}

function withNewMessage(state: PresenceState, event: EventOf<"new_message">): PresenceState {
  const { threadId, seq, author, preview, at, unread } = event;
  const next = withMarks(state, threadId, { seq, readSeq: seq - unread });
  const held = next.threads.find(({ id }) => id === threadId);
  if (!held || (held.lastMessage && held.lastMessage.seq > seq)) return next;
  const moved = { ...held, lastMessage: { seq, author, preview, at } };
  return { ...next, threads: [moved, ...next.threads.filter(({ id }) => id !== threadId)] };
}

function withThread(state: PresenceState, thread: ThreadSummary): PresenceState {
  const next = withMarks(state, thread.id, { seq: thread.seq, readSeq: thread.readSeq });
  const held = next.threads.find(({ id }) => id === thread.id);
  const now = counted(newer(held, thread), next.marks);
  // A change of name or of an old preview is no activity: only what is new goes to the top.
  const active = !held || thread.seq > held.seq;
  const others = next.threads.filter(({ id }) => id !== thread.id);
  return {
    ...next,
    threads: active ? [now, ...others] : next.threads.map((other) => (other.id === thread.id ? now : other)),
  };
}

function withoutThread(state: PresenceState, threadId: string): PresenceState {
  const { [threadId]: gone, ...marks } = state.marks;
  return {
    ...state,
    marks,
    unreadThreads: Math.max(0, state.unreadThreads - (isUnread(gone) ? 1 : 0)),
    threads: state.threads.filter(({ id }) => id !== threadId),
  };
}

/** Of two copies of a thread, the incoming one, but never an older last message. */
function newer(held: ThreadSummary | undefined, incoming: ThreadSummary): ThreadSummary {
  if (!held?.lastMessage || (incoming.lastMessage?.seq ?? 0) >= held.lastMessage.seq) return incoming;
  return { ...incoming, lastMessage: held.lastMessage };
}

function withMarks(state: PresenceState, threadId: string, incoming: Marks): PresenceState {
  const held = state.marks[threadId];
  const marks = {
    seq: Math.max(held?.seq ?? 0, incoming.seq),
    readSeq: Math.max(held?.readSeq ?? 0, incoming.readSeq),
  };
  if (held && held.seq === marks.seq && held.readSeq === marks.readSeq) return state;
  const all = { ...state.marks, [threadId]: marks };
  const change = Number(isUnread(marks)) - Number(isUnread(held));
  return {
    ...state,
    marks: all,
    unreadThreads: Math.max(0, state.unreadThreads + change),
    threads: state.threads.map((thread) => (thread.id === threadId ? counted(thread, all) : thread)),
  };
}

function marksOf({ threads }: ThreadPage): PresenceState["marks"] {
  return Object.fromEntries(threads.map(({ id, seq, readSeq }) => [id, { seq, readSeq }]));
}

function counted(thread: ThreadSummary, marks: PresenceState["marks"]): ThreadSummary {
  const { seq, readSeq } = marks[thread.id] ?? thread;
  return { ...thread, seq, readSeq, unread: Math.max(0, seq - readSeq) };
}

function isUnread(marks: Marks | undefined): boolean {
  return marks !== undefined && marks.seq > marks.readSeq;
}
