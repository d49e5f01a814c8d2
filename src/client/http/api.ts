/** The contract's HTTP requests as functions, for what is not sent over a socket. */
import type { InvitedState, MemberPage, MessagePage, ThreadPage } from "../../protocol/http.ts";
import type { Kind, Member, Role, Thread, User } from "../../protocol/model.ts";
import type { HttpRequest } from "./request.ts";
import { apiPath, queryString } from "./url.ts";

/** A thread to create. A direct one has exactly one other member and no name. */
export interface NewThread {
  kind: Kind;
  name?: string;
  memberIds?: readonly string[];
}

/** Each call rejects with a `RequestError`. */
export interface Api {
  /** A page of the caller's threads, most recently active first. */
  threads(page?: { cursor?: string | undefined; limit?: number }): Promise<ThreadPage>;
  /** One thread. */
  thread(threadId: string): Promise<Thread>;
  /** Creates a thread; for a direct one, returns the thread that the pair already has. */
  createThread(thread: NewThread): Promise<Thread>;
  /** Renames a thread; null removes its name. */
  renameThread(threadId: string, name: string | null): Promise<Thread>;
  /** Deletes a thread for everyone. */
  deleteThread(threadId: string): Promise<void>;
  /** A page of a thread's members, in the order of joining. */
  members(threadId: string, page?: { cursor?: string | undefined; limit?: number }): Promise<MemberPage>;
  /** Adds somebody, or invites who has to be asked, or changes a member's role. */
  putMember(threadId: string, userId: string, role?: Role): Promise<Member | InvitedState>;
  /** Removes a member, or withdraws an invitation; with the caller's own id, leaves the thread. */
  removeMember(threadId: string, userId: string): Promise<void>;
  /** A page of messages, ascending by `seq`; the newest if no bound is given. */
  messages(
    threadId: string,
    page?: { before?: number; after?: number; around?: number; limit?: number },
  ): Promise<MessagePage>;
  /** Users whose name or id begins with `text` (at least two characters). */
  searchUsers(text: string): Promise<User[]>;
  /** One user. */
  user(userId: string): Promise<User>;
}

/** The HTTP calls of one client. */
export function createApi(request: HttpRequest): Api {
  const threadPath = (...parts: readonly string[]) => apiPath("threads", ...parts);
  return {
    threads: (page) => request("GET", threadPath() + queryString(page)),
    thread: (threadId) => request("GET", threadPath(threadId)),
    createThread: (thread) => request("POST", threadPath(), thread),
    renameThread: (threadId, name) => request("PATCH", threadPath(threadId), { name }),
    deleteThread: (threadId) => request("DELETE", threadPath(threadId)),
    members: (threadId, page) => request("GET", threadPath(threadId, "members") + queryString(page)),
    putMember: (threadId, userId, role) => request("PUT", threadPath(threadId, "members", userId), { role }),
    removeMember: (threadId, userId) => request("DELETE", threadPath(threadId, "members", userId)),
    messages: (threadId, page) => request("GET", threadPath(threadId, "messages") + queryString(page)),
    searchUsers: async (text) => {
      const { users } = await request<{ users: User[] }>("GET", apiPath("users") + queryString({ q: text }));
      return users;
    },
    user: (userId) => request("GET", apiPath("users", userId)),
  };
}
