/** What readers see of a thread: the thread itself, its members, pages of it, and what it is called in lists of threads. */
import type { MemberPage, MessagePage, MessagesQuery, PageQuery } from "../protocol/http.ts";
import { TITLE_MEMBERS } from "../protocol/limits.ts";
import type { Member, Thread, User } from "../protocol/model.ts";
import type { StoredMember } from "./members/membership.ts";
import type { StoredThread } from "./stored-thread.ts";

/** Members as they were last shown. */
const shown = new WeakMap<StoredMember, Member>();

/** The thread as a user sees it; `not_found` where they may not. */
export function threadFor(thread: StoredThread, user: User): Thread {
  const stored = thread.standing(user) === "invited" ? undefined : thread.membership.get(user.id);
  if (!stored) return sharedThread(thread);
  const { user: _you, joinedAt: _joinedAt, ...you } = memberOf(thread, stored);
  return { ...sharedThread(thread), you };
}

/** The thread as everyone sees it. */
export function sharedThread(thread: StoredThread): Omit<Thread, "you"> {
  const { info, epoch, messages, rev, membership } = thread;
  return {
    ...info,
    epoch,
    seq: messages.newest.seq,
    rev,
    members: membership.first().map((member) => memberOf(thread, member)),
    memberCount: membership.count(),
  };
}

/** A member as the contract shows them: the same object again while nothing of it has changed. */
export function memberOf({ profiles, readMarkers }: StoredThread, stored: StoredMember): Member {
  const { role, joinedAt } = stored;
  const timeoutUntil = (stored.timeoutUntil ?? 0) > Date.now() ? stored.timeoutUntil : null;
  const user = profiles.get(stored.userId);
  const readSeq = readMarkers.of(stored);
  const known = shown.get(stored);
  const isSame = known?.user === user && known.readSeq === readSeq;
  if (isSame && (known.timeoutUntil ?? null) === timeoutUntil) return known;
  const member = { user, role, readSeq, joinedAt, ...(timeoutUntil !== null && { timeoutUntil }) };
  shown.set(stored, member);
  return member;
}

/** A page of members, for one who may see the thread. */
export function pageOfMembers(thread: StoredThread, user: User, { cursor, limit }: PageQuery): MemberPage {
  thread.standing(user);
  const { members, ...next } = thread.membership.page(cursor, limit);
  return { members: members.map((member) => memberOf(thread, member)), ...next };
}

/** A page of history, for one who may see the thread. */
export function pageOfMessages(thread: StoredThread, user: User, query: MessagesQuery): MessagePage {
  thread.standing(user);
  const { messages, ...more } = thread.messages.page(query);
  return { messages: messages.map((message) => thread.reactions.seenBy(user.id, message)), ...more };
}

/** Whether lists of threads show members instead of a name. Not of a public thread: whoever opens it becomes a member. */
export function isTitledByMembers({ kind, name }: StoredThread): boolean {
  return name === null && kind !== "public";
}

/** The members of whom the title is made: the two of a direct thread, the first ones of a group without a name. */
export function titleMembers({ membership, profiles }: StoredThread): User[] {
  const { members } = membership.page(undefined, TITLE_MEMBERS);
  return members.map((member) => profiles.get(member.userId));
}

/** Whether lists of threads show this user: as one of those of whom the title is made, or as the newest message's author. */
export function isShownInLists(thread: StoredThread, userId: string): boolean {
  if (thread.messages.last()?.author.id === userId) return true;
  return isTitledByMembers(thread) && titleMembers(thread).some(({ id }) => id === userId);
}
