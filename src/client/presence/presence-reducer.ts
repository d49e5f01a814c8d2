/** How each event of the presence socket, and each page of the list of threads, changes the presence state. Pure. */
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
      const { threadId, readSeq, unread, wasUnread } = event;
      return withMarks(state, threadId, { seq: readSeq + unread, readSeq }, wasUnread);
    }
    case "thread":
      return withThread(state, event.thread, event.wasUnread);
    case "thread_removed":
      return withoutThread(state, event);
    case "user":
      return { ...state, user: event.user };
    case "presence": {
      const { type: _type, ...presence } = event;
      return { ...state, presence: { ...state.presence, [event.userId]: presence } };
    }
    case "blocked": {
      const blocked = new Set(state.blocked);
      if (event.blocked) blocked.add(event.userId);
      else blocked.delete(event.userId);
      return { ...state, blocked };
    }
    case "reports":
      return { ...state, reports: { ...state.reports, [event.threadId]: event.open } };
    default:
      return state;
  }
}

/** The state with a page of the list: the `first` goes on top, in its order, and a `next` one below. */
export function withThreadPage(
  state: PresenceState,
  { threads: entries, nextCursor }: ThreadPage,
  place: "first" | "next",
): PresenceState {
  const threads = entries.filter((entry) => !isInvitation(entry));
  const invitations = entries.filter(isInvitation);
  const others = state.threads.filter(({ id }) => !threads.some(hasId(id)));
  // Of a list without a second page, others have ended.
  const otherInvitations =
    place === "first" && nextCursor === undefined
      ? []
      : state.invitations.filter(({ id }) => !entries.some(hasId(id)));
  const listed: PresenceState = {
    ...state,
    invitations:
      place === "first" ? [...invitations, ...otherInvitations] : [...otherInvitations, ...invitations],
    marks: withUncountedMarks(state.marks, threads),
    threads: place === "first" ? [...threads, ...others] : [...others, ...threads],
    threadsLoaded: true,
    nextCursor,
  };
  return threads.reduce((next, thread) => withMarks(next, thread.id, thread), listed);
}

/** The state after the user has read a thread up to `seq` in this client. */
export function withSeen(state: PresenceState, threadId: string, seq: number): PresenceState {
  const held = state.marks[threadId];
  // A thread without marks is not known to be the user's: nothing in it counts as unread.
  if (!held || seq <= held.readSeq) return state;
  return withMarks(state, threadId, { seq, readSeq: seq });
}

/** Whether the event is about a message in a thread that is not in the list: the list must then be loaded again. */
export function isUnlisted(state: PresenceState, event: PresenceEvent): boolean {
  return event.type === "new_message" && !state.threads.some(hasId(event.threadId));
}

function welcomed(
  state: PresenceState,
  { user, threads, unreadThreads, blocked = [] }: EventOf<"welcome">,
): PresenceState {
  const incoming = marksOf(threads.map(({ threadId, seq, readSeq }) => ({ id: threadId, seq, readSeq })));
  // Fewer than it has room for are all the user's threads: the others were left while disconnected.
  const isComplete = threads.length < WELCOME_THREADS;
  return withCounts({
    ...state,
    user,
    unreadThreads,
    blocked: new Set(blocked),
    // Of the others, what was held may be outdated: the next event about one says whether it was unread.
    marks: incoming,
    threads: isComplete ? state.threads.filter(({ id }) => id in incoming) : state.threads,
  });
}

function withNewMessage(
  state: PresenceState,
  { type: _type, threadId, unread, wasUnread, ...lastMessage }: EventOf<"new_message">,
): PresenceState {
  const { seq } = lastMessage;
  const marks = { seq, readSeq: seq - unread };
  const held = state.threads.find(hasId(threadId));
  return held
    ? withThread(state, { ...held, ...marks, lastMessage }, wasUnread)
    : withMarks(state, threadId, marks, wasUnread);
}

function withThread(before: PresenceState, thread: ThreadSummary, wasUnread = false): PresenceState {
  const { id } = thread;
  if (isInvitation(thread)) return withInvitation(before, thread);
  const state = withoutInvitation(before, id);
  const held = state.threads.find(hasId(id));
  // A thread with marks that is not listed is further down the list than was loaded.
  if (!held && id in state.marks) return withMarks(state, id, thread);
  const merged = mergeSummaries(held, thread);
  // Only a new message moves a thread to the top: not a new name, nor an older preview.
  const staysInPlace = held && lastSeq(thread) <= lastSeq(held);
  const threads = staysInPlace
    ? state.threads.map((other) => (other === held ? merged : other))
    : [merged, ...state.threads.filter((other) => other !== held)];
  return withMarks({ ...state, threads }, id, thread, wasUnread);
}

/** An invitation that changed keeps its place. */
function withInvitation(state: PresenceState, invitation: ThreadSummary): PresenceState {
  const { invitations } = state;
  const isHeld = invitations.some(hasId(invitation.id));
  return {
    ...state,
    invitations: isHeld
      ? invitations.map((other) => (other.id === invitation.id ? invitation : other))
      : [invitation, ...invitations],
  };
}

function withoutInvitation(state: PresenceState, threadId: string): PresenceState {
  if (!state.invitations.some(hasId(threadId))) return state;
  return { ...state, invitations: state.invitations.filter(({ id }) => id !== threadId) };
}

function isInvitation({ state }: ThreadSummary): boolean {
  return state === "invited";
}

function withoutThread(
  before: PresenceState,
  { threadId, wasUnread = false }: EventOf<"thread_removed">,
): PresenceState {
  const state = withoutInvitation(before, threadId);
  const { [threadId]: removed, ...marks } = state.marks;
  return {
    ...state,
    marks,
    unreadThreads: Math.max(0, state.unreadThreads - (removed ? unreadCount(removed) : Number(wasUnread))),
    threads: state.threads.filter(({ id }) => id !== threadId),
  };
}

/** The incoming version of a thread, but never with an older last message. */
function mergeSummaries(held: ThreadSummary | undefined, incoming: ThreadSummary): ThreadSummary {
  if (!held?.lastMessage || lastSeq(held) <= lastSeq(incoming)) return incoming;
  return { ...incoming, lastMessage: held.lastMessage };
}

function lastSeq({ lastMessage }: ThreadSummary): number {
  return lastMessage?.seq ?? 0;
}

/**
 * The marks with those of threads that a full `welcome` had no room for. Its `unreadThreads` counts them already, so they
 * must not be counted again when a page lists them.
 */
function withUncountedMarks(
  marks: PresenceState["marks"],
  threads: readonly ThreadSummary[],
): PresenceState["marks"] {
  const wasFull = Object.keys(marks).length >= WELCOME_THREADS;
  return wasFull ? { ...marksOf(threads), ...marks } : marks;
}

function marksOf(threads: readonly (Marks & { id: string })[]): Record<string, Marks> {
  return Object.fromEntries(threads.map(({ id, seq, readSeq }) => [id, { seq, readSeq }]));
}

/**
 * Raises the marks of a thread, and counts on the badge whether it is unread now. `wasUnread`: whether it was before, where
 * it has no marks yet, since a `welcome` lists no more than the newest.
 */
function withMarks(
  state: PresenceState,
  threadId: string,
  incoming: Marks,
  wasUnread = false,
): PresenceState {
  const held = state.marks[threadId];
  const marks = {
    seq: Math.max(held?.seq ?? 0, incoming.seq),
    readSeq: Math.max(held?.readSeq ?? 0, incoming.readSeq),
  };
  return withCounts({
    ...state,
    marks: { ...state.marks, [threadId]: marks },
    unreadThreads: Math.max(
      0,
      state.unreadThreads + unreadCount(marks) - (held ? unreadCount(held) : Number(wasUnread)),
    ),
  });
}

/** Gives every listed thread the counts that follow from its marks. A thread that has them stays the same object. */
function withCounts(state: PresenceState): PresenceState {
  const threads = state.threads.map((thread) => {
    const { seq, readSeq } = state.marks[thread.id] ?? thread;
    const unread = Math.max(0, seq - readSeq);
    const isSame = thread.seq === seq && thread.readSeq === readSeq && thread.unread === unread;
    return isSame ? thread : { ...thread, seq, readSeq, unread };
  });
  return { ...state, threads };
}

function hasId(threadId: string): (thread: ThreadSummary) => boolean {
  return ({ id }) => id === threadId;
}

/** What a thread adds to the number of unread threads: 1 if something in it is unread, otherwise 0. */
function unreadCount(marks: Marks | undefined): 0 | 1 {
  return marks && marks.seq > marks.readSeq ? 1 : 0;
}
