/** What each event of the presence socket, and each page of the list, does to the presence state. Pure. */
import type { PresenceEvent } from "../../protocol/events.ts";
import type { ThreadPage } from "../../protocol/http.ts";
import { WELCOME_THREADS } from "../../protocol/limits.ts";
import type { ThreadSummary } from "../../protocol/model.ts";
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
      const { type: _type, ...presence } = event;
      return { ...state, presence: { ...state.presence, [event.userId]: presence } };
    }
    default:
      return state;
  }
}

/** The state with a page of the list: the first one is the newest order, a later one goes below. */
export function withPage(
  state: PresenceState,
  { threads, nextCursor }: ThreadPage,
  place: "first" | "next",
): PresenceState {
  // Of more threads than a welcome holds, its count has those too that only a page now tells of.
  const wasFull = Object.keys(state.marks).length >= WELCOME_THREADS;
  const known = wasFull ? { ...state, marks: { ...marksOf(threads), ...state.marks } } : state;
  const others = state.threads.filter(({ id }) => !threads.some(has(id)));
  const listed: PresenceState = {
    ...known,
    threads: place === "first" ? [...threads, ...others] : [...others, ...threads],
    threadsLoaded: true,
    nextCursor,
  };
  return threads.reduce((to, thread) => withMarks(to, thread.id, thread), listed);
}

/** The state after something was read in this very client. */
export function withSeen(state: PresenceState, threadId: string, seq: number): PresenceState {
  const held = state.marks[threadId];
  // Of a thread that is not known to be one's own nothing is counted.
  return held && seq > held.readSeq ? withMarks(state, threadId, { seq, readSeq: seq }) : state;
}

/** Whether the event speaks of a thread that the list does not show: then the list is asked for again. */
export function isUnlisted(state: PresenceState, event: PresenceEvent): boolean {
  return event.type === "new_message" && !state.threads.some(has(event.threadId));
}

function welcomed(state: PresenceState, { user, threads, unreadThreads }: EventOf<"welcome">): PresenceState {
  const told = marksOf(threads.map(({ threadId, ...marks }) => ({ id: threadId, ...marks })));
  // Fewer than the welcome can hold are all there are: one that is not among them was left meanwhile.
  const complete = threads.length < WELCOME_THREADS;
  return counted({
    ...state,
    user,
    unreadThreads,
    marks: complete ? told : { ...state.marks, ...told },
    threads: complete ? state.threads.filter(({ id }) => id in told) : state.threads,
  });
}

function withNewMessage(
  state: PresenceState,
  { type: _type, threadId, unread, ...lastMessage }: EventOf<"new_message">,
): PresenceState {
  const { seq } = lastMessage;
  const marks = { seq, readSeq: seq - unread };
  const held = state.threads.find(has(threadId));
  return held ? withThread(state, { ...held, ...marks, lastMessage }) : withMarks(state, threadId, marks);
}

function withThread(state: PresenceState, thread: ThreadSummary): PresenceState {
  const { id } = thread;
  const held = state.threads.find(has(id));
  // One that is known and not in the list is further down than it was loaded.
  if (!held && id in state.marks) return withMarks(state, id, thread);
  const now = newer(held, thread);
  // A change of name or of an old preview is no activity: only what is new goes to the top.
  const threads =
    held && lastSeq(thread) <= lastSeq(held)
      ? state.threads.map((other) => (other === held ? now : other))
      : [now, ...state.threads.filter((other) => other !== held)];
  return withMarks({ ...state, threads }, id, thread);
}

function withoutThread(state: PresenceState, threadId: string): PresenceState {
  const { [threadId]: gone, ...marks } = state.marks;
  return {
    ...state,
    marks,
    unreadThreads: Math.max(0, state.unreadThreads - isUnread(gone)),
    threads: state.threads.filter(({ id }) => id !== threadId),
  };
}

/** Of two copies of a thread, the incoming one, but never an older last message. */
function newer(held: ThreadSummary | undefined, incoming: ThreadSummary): ThreadSummary {
  return held?.lastMessage && lastSeq(held) > lastSeq(incoming)
    ? { ...incoming, lastMessage: held.lastMessage }
    : incoming;
}

function lastSeq({ lastMessage }: ThreadSummary): number {
  return lastMessage?.seq ?? 0;
}

function withMarks(state: PresenceState, threadId: string, incoming: Marks): PresenceState {
  const held = state.marks[threadId];
  const marks = {
    seq: Math.max(held?.seq ?? 0, incoming.seq),
    readSeq: Math.max(held?.readSeq ?? 0, incoming.readSeq),
  };
  return counted({
    ...state,
    marks: { ...state.marks, [threadId]: marks },
    unreadThreads: Math.max(0, state.unreadThreads + isUnread(marks) - isUnread(held)),
  });
}

function marksOf(threads: readonly (Marks & { id: string })[]): Record<string, Marks> {
  return Object.fromEntries(threads.map(({ id, seq, readSeq }) => [id, { seq, readSeq }]));
}

/** Every thread of the list with the counters that are known of it; one that has them already stays the same object. */
function counted(state: PresenceState): PresenceState {
  const threads = state.threads.map((thread) => {
    const { seq, readSeq } = state.marks[thread.id] ?? thread;
    const unread = Math.max(0, seq - readSeq);
    const same = thread.seq === seq && thread.readSeq === readSeq && thread.unread === unread;
    return same ? thread : { ...thread, seq, readSeq, unread };
  });
  return { ...state, threads };
}

function has(threadId: string): (thread: ThreadSummary) => boolean {
  return ({ id }) => id === threadId;
}

/** 1 where something is unread, so that it can be counted. */
function isUnread(marks: Marks | undefined): number {
  return marks && marks.seq > marks.readSeq ? 1 : 0;
}
