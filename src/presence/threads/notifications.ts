/** What the tabs of a thread's members are told when it changed: each distinct frame serialized once, however many get it. */
import type { PresenceEvent } from "../../protocol/events.ts";
import { lastOf, markerOf, sameHead, sameLook, summaryOf, unreadOf, type ThreadRow } from "./thread-row.ts";
import type { Tabs, Users } from "../status/tabs.ts";
import type { Applied } from "./thread-updates.ts";
import type { ThreadList } from "./thread-list.ts";

/** Tells every tab concerned of what an update changed. */
export function tellTabs(applied: Applied, tabs: Tabs, list: ThreadList): void {
  const { after, left } = applied;
  const threadId = after.thread_id;
  tellRemoved(threadId, left, tabs);
  const audience = audienceOf(applied, tabs.users());
  if (audience.size === 0) return;

  const frames = new Map<string, string>();
  for (const [userId, readSeq] of list.membersAmong(threadId, audience)) {
    const marker = markerOf(after, userId, readSeq);
    const isNew = applied.joined.has(userId);
    const hasRead = applied.read.has(userId);
    const isAuthor = lastOf(after)?.author.id === userId;
    const content = `${marker} ${isNew} ${hasRead} ${isAuthor}`;
    let frame = frames.get(content);
    if (frame === undefined) {
      frame = JSON.stringify(eventsFor(applied, { marker, isNew, hasRead, isAuthor }));
      frames.set(content, frame);
    }
    tabs.send(userId, frame);
  }
}

/** Tells former members that the thread is no longer theirs. */
export function tellRemoved(threadId: string, userIds: readonly string[], tabs: Tabs): void {
  const removed: PresenceEvent = { type: "thread_removed", threadId };
  for (const userId of userIds) tabs.send(userId, JSON.stringify([removed]));
}

/** The event of a marker that moved. */
export function readEvent(row: ThreadRow, readSeq: number): PresenceEvent {
  return { type: "read", threadId: row.thread_id, readSeq, unread: unreadOf(row, readSeq) };
}

/** Of those connected, whom there is anything to tell: all where the thread itself changed, else those it is about. */
function audienceOf({ before, after, joined, read }: Applied, connected: Users): Users {
  const changed = before !== undefined && (after.seq > before.seq || !sameHead(before, after));
  if (changed) return connected;
  return new Set([...joined, ...read].filter((userId) => connected.has(userId)));
}

interface Listener {
  marker: number;
  isNew: boolean;
  hasRead: boolean;
  isAuthor: boolean;
}

function eventsFor({ before, after, isMove = false }: Applied, listener: Listener): PresenceEvent[] {
  const { marker, isNew, hasRead, isAuthor } = listener;
  const summary: PresenceEvent = { type: "thread", thread: summaryOf(after, marker) };
  const last = lastOf(after);
  // To one who has just joined, what came since is new: a new member has read what there was. One who moved here was told
  // of all of it where they were, and those who had been here before of nothing that came meanwhile.
  const heardByNew = isMove ? after.seq : marker;
  const heard = isNew || !before ? heardByNew : before.seq;
  // One that was deleted before anybody was told of it is no news; how many there are is.
  const newMessage = after.seq > heard && last !== undefined && last.deletedAt === undefined && last;
  const events: PresenceEvent[] = [];
  // A new message brings the newest text with it, but not the name.
  const isSame = newMessage ? sameLook : sameHead;
  if (isNew || !before || !isSame(before, after)) events.push(summary);
  if (newMessage) {
    const unread = isAuthor ? 0 : unreadOf(after, marker);
    events.push({ type: "new_message", threadId: after.thread_id, ...last, unread });
  }
  if (hasRead) events.push(readEvent(after, marker));
  return events;
}
