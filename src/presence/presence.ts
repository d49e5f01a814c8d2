import { DurableObject } from "cloudflare:workers";
import type { Answer } from "../durable/answer.ts";
import type { PageQuery, ThreadPage } from "../protocol/http.ts";
import type { User, UserPresence } from "../protocol/model.ts";
import type { ThreadUpdate } from "./thread-update.ts";

export class Presence extends DurableObject<Env> {
  // --- called by the Worker
  /** Makes a user known, or renews their profile. */
  declare signIn: (user: User) => Promise<void>;
  /** Those of these users that are known here. */
  declare profiles: (userIds: string[]) => Promise<User[]>;
  /** Counts a new thread of this user; `rate_limited` where it is one too many. */
  declare admitThread: (userId: string) => Promise<Answer<void>>;
  /** Counts a search of this user; the ids of their direct and group threads. */
  declare admitSearch: (userId: string) => Promise<Answer<string[]>>;
  /** The direct and group threads of this user. */
  declare sharedThreads: (userId: string) => Promise<string[]>;
  /** Users whose name or id begins so, at most 20, sorted by what matched. `among`: only those in one of these threads. */
  declare search: (prefix: string, among: string[] | null) => Promise<{ key: string; user: User }[]>;
  /** The state of those of these users who are in one of `threadIds`, or all of them for the user themself. */
  declare statuses: (userIds: string[], threadIds: string[]) => Promise<UserPresence[]>;
  declare threads: (userId: string, page: PageQuery) => Promise<Answer<ThreadPage>>;

  // --- called by a ChatThread
  /** Word of a thread: its newest message, name, and the members of this shard who came, left, or read. Idempotent. */
  declare threadChanged: (update: ThreadUpdate) => Promise<void>;
  /** The thread is gone: nothing of it stays here, and its members are told. Idempotent. */
  declare threadDeleted: (threadId: string) => Promise<void>;
}
