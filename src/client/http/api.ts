/** The contract's HTTP requests as functions, for what is not said on a socket. */
import type { MemberPage, MessagePage, ThreadPage } from "../../protocol/http.ts";
import type { Kind, Member, Role, Thread, User } from "../../protocol/model.ts";
import { pathOf, query, type Ask } from "./request.ts";

/** What `POST /api/threads` takes. */
export interface NewThread {
  kind: Kind;
  name?: string;
  memberIds?: readonly string[];
}

export interface Api {
  /** The caller's threads, most recently active first. */
  threads(page?: { cursor?: string | undefined; limit?: number }): Promise<ThreadPage>;
  /** One thread. */
  thread(threadId: string): Promise<Thread>;
  /** Makes a thread; for a direct one, the one that the pair already has. */
  createThread(thread: NewThread): Promise<Thread>;
  /** Renames a thread; null takes its name away. */
  renameThread(threadId: string, name: string | null): Promise<Thread>;
  /** Deletes a thread for everyone. */
  deleteThread(threadId: string): Promise<void>;
  /** A thread's members, a page at a time. */
  members(threadId: string, page?: { cursor?: string | undefined; limit?: number }): Promise<MemberPage>;
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

/** The HTTP calls of one client. */
export function createApi(ask: Ask): Api {
  const threads = (...parts: readonly string[]) => pathOf("threads", ...parts);
  return {
    threads: (page) => ask("GET", threads() + query(page)),
    thread: (threadId) => ask("GET", threads(threadId)),
    createThread: (thread) => ask("POST", threads(), thread),
    renameThread: (threadId, name) => ask("PATCH", threads(threadId), { name }),
    deleteThread: (threadId) => ask("DELETE", threads(threadId)),
    members: (threadId, page) => ask("GET", threads(threadId, "members") + query(page)),
    putMember: (threadId, userId, role) => ask("PUT", threads(threadId, "members", userId), { role }),
    removeMember: (threadId, userId) => ask("DELETE", threads(threadId, "members", userId)),
    messages: (threadId, page) => ask("GET", threads(threadId, "messages") + query(page)),
    searchUsers: (text) =>
      ask<{ users: User[] }>("GET", pathOf("users") + query({ q: text })).then(({ users }) => users),
    user: (userId) => ask("GET", pathOf("users", userId)),
  };
}
