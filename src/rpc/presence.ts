/** A Presence shard's RPC interface: what the Worker, threads and other shards ask of it and send to it. */
import type { BlockPage, MovedUsers, PageQuery, ThreadPage } from "../protocol/http.ts";
import type { User, UserPresence } from "../protocol/model.ts";
import type { AskedBy } from "./caller.ts";
import type { MovedUsersBatch } from "./moved-users.ts";
import type { Refusal, Result } from "./result.ts";
import type { ThreadUpdate, ThreadUpdateAnswer } from "./thread-update.ts";
import type { Issuance, RevocationCursor, Verdict } from "./revocation.ts";
import type { SocketIoTabsRpc } from "./socketio-tabs.ts";

/** For the Worker. */
export interface PresenceRpc extends ThreadListenerRpc, PresencePeerRpc, SocketIoTabsRpc {
  /**
   * Makes a user known, or updates their profile and sends it to their threads. `namedAt`: when the host named them so; a
   * profile of an earlier time than the known one changes nothing. Absent where that is not known: the name counts as of now,
   * and not where the host has put another one. Answers with the profile that counts; shards of older versions do not.
   */
  signIn: (user: User, namedAt?: number) => Promise<User | undefined>;
  /** Makes those of these users known who are not, until a credential names them otherwise. The profiles of all. Idempotent. */
  makeKnown: (users: User[]) => Promise<User[]>;
  /** Makes a user known, or updates what is known of them, as the host itself says it. Null removes, undefined leaves. */
  putUser: (userId: string, put: UserPut) => Promise<User>;
  /** What the host sees of a user; undefined of one who is not known. */
  userRecord: (userId: string) => Promise<UserRecord | undefined>;
  /** What the host keeps with those of these users that it keeps something with. */
  userData: (userIds: string[]) => Promise<UserData[]>;
  /** The ids of at most two threads of a user that begin so. */
  threadsBeginning: (userId: string, prefix: string) => Promise<string[]>;
  /**
   * Counts invitations by this user into a thread, and message requests: `conflict`, with none counted, where more than 50
   * would be pending. One that is counted already counts once.
   */
  admitInvitations: (userId: string, threadId: string, invitedIds: string[]) => Promise<Result<void>>;
  /** They were not made after all. */
  endInvitations: (userId: string, threadId: string, invitedIds: string[]) => Promise<void>;
  /** Those of these users that are known. */
  profiles: (userIds: string[]) => Promise<User[]>;
  /** Counts a report by this user; `rate_limited` where it is one too many. */
  admitReport: (userId: string) => Promise<Result<void>>;
  /**
   * Counts a new thread of this user; `rate_limited` where it is one too many. One by the host's server is not counted.
   * `directWith`: `forbidden` where the user blocks this one.
   */
  admitThread: (userId: string, directWith?: string, by?: AskedBy) => Promise<Result<void>>;
  /**
   * Counts a user search of this user. The ids of the direct and group threads whose members it is among, most recently
   * active first; none where it is among `all`. By default `shared`. One by the host's server is not counted.
   */
  admitUserSearch: (userId: string, scope?: "all" | "shared", by?: AskedBy) => Promise<Result<string[]>>;
  /** The ids of the direct and group threads of this user. For Workers of the version before, which then ask for `statuses`. */
  sharedThreads: (userId: string) => Promise<string[]>;
  /**
   * Those of these users who are contacts of this one: with whom they share a direct thread in which both have written, or a
   * group of at most 50 members. Nobody is a contact of themself. To be asked of the user's own shard, which asks the others.
   */
  contactsOf: (userId: string, ids: string[]) => Promise<string[]>;
  /**
   * Users whose name, a word of it, or id begins so, at most 20, sorted by what matched. `among`: only those in one of these
   * threads, of which the first count if there are too many; `rate_limited` where too many such searches wait.
   */
  searchUsers: (prefix: string, among: string[] | null) => Promise<FoundUser[] | Refusal>;
  /** The status of those of these users whom a user may see, and of that user. To be asked of the user's own shard. */
  statusesFor: (userId: string, ids: string[]) => Promise<UserPresence[]>;
  /**
   * The profiles of those of these users whom a user may know: contacts and fellow members of a thread, and with `USER_SEARCH`
   * `all` everyone who is known; oneself. To be asked of the user's own shard.
   */
  profilesFor: (userId: string, ids: string[]) => Promise<User[]>;
  /** A page of this user's threads, most recently active first. */
  threads: (userId: string, page: PageQuery) => Promise<Result<ThreadPage>>;
  /** A page of those whom a user blocks, newest first, each with the profile that the user may see. */
  blocks: (userId: string, page: PageQuery) => Promise<Result<BlockPage>>;
  /** Blocks somebody, or does so no longer. `conflict` where that is one too many, `rate_limited` where it is too often. */
  setBlock: (userId: string, otherId: string, isBlocked: boolean) => Promise<Result<void>>;
  /** Hides a direct thread from a user's list until a message comes that is newer than this one. */
  hideThread: (userId: string, threadId: string, upTo: number) => Promise<void>;
  /**
   * Takes a thread that does not exist, or that this user is not in, off their list. False where it is not on it. `who`: anyone,
   * if absent, or `members`, and not who is invited.
   */
  removeFromList: (userId: string, threadId: string, who?: Listed) => Promise<boolean>;
  /**
   * Revokes the tokens and cookies of a user that were made before this time, in seconds since the epoch, and all that do not
   * say when: they are refused, and their sockets closed. A time before an earlier one changes nothing.
   */
  revoke: (userId: string, before: number) => Promise<void>;
  /** Bans a user from everything, or replaces their ban: their requests are `forbidden`, and their sockets closed. */
  banUser: (userId: string, ban: BanPut) => Promise<HostBanRecord>;
  /** Lifts a ban. Idempotent. */
  liftBan: (userId: string) => Promise<void>;
  /** The bans of this shard's users with ids after this one that are in force, in the order of ids, at most so many. */
  hostBans: (after: string, limit: number) => Promise<HostBanRecord[]>;
  /** Ends a session of a user, whose cookies would be valid until then (ms since the epoch). */
  endSession: (userId: string, sessionId: string, until: number) => Promise<void>;
  /** Whether a credential of a user was revoked, and whose revocations changed since the caller last asked. */
  verdictOn: (userId: string, issuance: Issuance, since?: RevocationCursor) => Promise<Verdict>;
  /** Moves some of the users whom `after` shards put elsewhere; to be called until it is done. */
  moveUsers: (before: number, after: number) => Promise<Result<MovedUsers>>;
}

/** For threads. Idempotent, both. */
export interface ThreadListenerRpc {
  /** A thread's present state: its newest message, its name, and the members of this shard who joined, left, or read. */
  threadChanged: (update: ThreadUpdate) => Promise<ThreadUpdateAnswer | undefined>;
  /** How many reports of the thread are open, for each of these users who moderate it: sent to their tabs. */
  reportsChanged: (threadId: string, open: Record<string, number>) => Promise<void>;
  /**
   * The thread is gone: nothing of it stays here, and its members are notified. `shards`: as in an update. `inviters`: whose
   * invitations end with it; absent in calls of older versions.
   */
  threadDeleted: (threadId: string, shards?: number, inviters?: string[]) => Promise<void>;
  /** A credential names a user otherwise than the thread does: updates the profile, as in `signIn`, and answers with the one that counts. */
  profileSeen: (user: User, namedAt: number) => Promise<User>;
}

/** For other shards: each sends another one no more than what concerns its own users. */
export interface PresencePeerRpc {
  /** Replaces whom a user of any shard subscribes to here; the present status of those they may see. */
  watch: (list: WatchList) => Promise<UserPresence[]>;
  /** The present status of those whom each of these subscribers sees through this thread alone. */
  newlyVisible: (threadId: string, questions: NewlyVisible[]) => Promise<UserPresence[][]>;
  /** The status of users of the calling shard changed: sent on to the subscribers here who may see them. */
  statusChanged: (changes: StatusChange[]) => Promise<void>;
  /** The status of those of these users who are in one of `threadIds`; of `viewerId`, who asks, in any case. */
  statuses: (userIds: string[], threadIds: string[], viewerId?: string) => Promise<UserPresence[]>;
  /** The profiles of those of these users of the called shard who are in one of `threadIds`, or with null of all. */
  profilesIn: (userIds: string[], threadIds: string[] | null) => Promise<User[]>;
  /** Those of these users of the called shard who are a user's contacts, by these threads of the user's that make contacts. */
  contactsAmong: (userId: string, ids: string[], threadIds: string[]) => Promise<string[]>;
  /** Takes in some of what another shard has of users who move here. Idempotent. */
  receiveMovedUsers: (batch: MovedUsersBatch) => Promise<void>;
}

/** Off whose list a thread is taken. */
export type Listed = "anyone" | "members";

/** What the host says of a user. What is undefined stays, and null removes. */
export interface UserPut {
  name: string;
  avatarUrl?: string | null | undefined;
  data?: Record<string, unknown> | null | undefined;
}

/** A ban that the host sets. */
export interface BanPut {
  /** Milliseconds since the epoch; absent where it does not end. */
  until?: number | undefined;
  reason?: string | undefined;
}

/** A ban of the host's. A user who is not known has their id for a name. */
export interface HostBanRecord extends BanPut {
  user: User;
  /** When it was set, in milliseconds since the epoch. */
  at: number;
}

/** What the host keeps with a user. */
export interface UserData {
  userId: string;
  data: Record<string, unknown>;
}

/** What the host sees of a user. */
export interface UserRecord {
  user: User;
  data?: Record<string, unknown>;
  /** Milliseconds since the epoch. */
  createdAt: number;
  threadCount: number;
}

/** A user who was found, and the key that matched: what results of several shards are sorted by. */
export interface FoundUser {
  key: string;
  user: User;
}

/** Everyone of the called shard to whom a user of the calling one subscribes, in all tabs together. */
export interface WatchList {
  watcherId: string;
  userIds: string[];
  /** The subscriber's direct and group threads: whoever is in none of them stays invisible. */
  threadIds: string[];
  /** Rises with each list of this subscriber, so that one that was overtaken on its way changes nothing. */
  version: number;
  /** By how many shards the caller sorts users. Absent in lists of older versions. */
  shards?: number;
}

/** Which of these users can a subscriber see through a thread just joined, and through no other of theirs? */
export type NewlyVisible = Pick<WatchList, "watcherId" | "userIds" | "threadIds">;

/** A user of the calling shard came online, went offline, or became visible to more subscribers. */
export interface StatusChange {
  presence: UserPresence;
  /** The user's direct and group threads: a subscriber who is in none of them is not notified. */
  threadIds: string[];
  /** Of the called shard. */
  watcherIds: string[];
  /** Only for those who share this thread and no other: they could not see the user before it. */
  because?: string;
}
