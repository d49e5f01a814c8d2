/** The contract's HTTP requests as functions, for what is not said on a socket. */
import type { MemberPage, MessagePage, ThreadPage } from "../protocol/http.ts";
import type { Kind, Member, Role, Thread, User } from "../protocol/model.ts";
import { ask, query, type HttpOptions } from "./http.ts";

/** What `POST /api/threads` takes. */
export interface NewThread {
  kind: Kind;
  name?: string;
  memberIds?: readonly string[];
}

export interface Api {
  /** The caller's threads, most recently active first. */
  threads(page?: { cursor?: string; limit?: number }): Promise<ThreadPage>;
  /** One thread. */
  thread(threadId: string): Promise<Thread>;
  /** Makes a thread; for a direct one, the one that the pair already has. */
  createThread(thread: NewThread): Promise<Thread>;
  /** Renames a thread; null takes its name away. */
  renameThread(threadId: string, name: string | null): Promise<Thread>;
  /** Deletes a thread for everyone. */
  deleteThread(threadId: string): Promise<void>;
  /** A thread's members, a page at a time. */
  members(threadId: string, page?: { cursor?: string; limit?: number }): Promise<MemberPage>;
  /** Adds a member, or changes a member's role. */
  putMember(threadId: string, userId: string, role?: Role): Promise<Member>;
  /** Removes a member; with one's own id, leaves. */
  removeMember(threadId: string, userId: string): Promise<void>;
  /** A page of messages, ascending; the newest where no bound is given. */
  messages(
    threadId: string,
    page?: { before?: number; after?: number; around?: number; limit?: number },
  ): Promise<MessagePage>;
  /** People whose name or id begins with `text` (two characters or more). */
  searchUsers(text: string): Promise<User[]>;
  /** One person. */
  user(userId: string): Promise<User>;
}

/** The HTTP calls, bound to where Lilypad is and who calls. */
export function createApi(options: HttpOptions): Api {
  const threadPath = (threadId: string) => `/api/threads/${encodeURIComponent(threadId)}`;
  const memberPath = (threadId: string, userId: string) =>
    `${threadPath(threadId)}/members/${encodeURIComponent(userId)}`;
  return {
    threads: (page = {}) => ask(options, `/api/threads${query(page)}`),
    thread: (threadId) => ask(options, threadPath(threadId)),
    createThread: (thread) => ask(options, "/api/threads", { method: "POST", body: thread }),
    renameThread: (threadId, name) => ask(options, threadPath(threadId), { method: "PATCH", body: { name } }),
    deleteThread: (threadId) => ask(options, threadPath(threadId), { method: "DELETE" }),
    members: (threadId, page = {}) => ask(options, `${threadPath(threadId)}/members${query(page)}`),
    putMember: (threadId, userId, role) =>
      ask(options, memberPath(threadId, userId), { method: "PUT", body: role ? { role } : {} }),
    removeMember: (threadId, userId) => ask(options, memberPath(threadId, userId), { method: "DELETE" }),
    messages: (threadId, page = {}) => ask(options, `${threadPath(threadId)}/messages${query(page)}`),
    searchUsers: async (text) => {
      const { users } = await ask<{ users: User[] }>(options, `/api/users${query({ q: text })}`);
      return users;
    },
    user: (userId) => ask(options, `/api/users/${encodeURIComponent(userId)}`),
  };
}
