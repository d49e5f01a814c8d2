/** A thread's RPC interface, for the Worker and for Presence, and how it is reached. */
import type { DurableCommand, DurableCommandResults } from "../protocol/commands.ts";
import type {
  InvitedState,
  MemberPage,
  MessagePage,
  MessagesQuery,
  PageQuery,
  PatchThread,
  PutMember,
  ReadState,
} from "../protocol/http.ts";
import type { Kind, Member, Thread, User } from "../protocol/model.ts";
import type { AuditPage, AuditQuery, Ban, BanPage, PutBan } from "../protocol/moderation.ts";
import type { Link, LinkList, PostLink } from "../protocol/links.ts";
import type { Report, ReportPage, ReportsQuery, ResolveReport } from "../protocol/reports.ts";
import type { ThreadData } from "../protocol/fields.ts";
import type { Stub } from "./call.ts";
import type { AskedBy, Caller } from "./caller.ts";
import type { Result } from "./result.ts";
import type { Revocation } from "./revocation.ts";

/** What a new thread begins with. */
export interface ThreadInit {
  kind: Kind;
  name: string | null;
  /** The host's own name for it, by which its object was found. */
  key?: string;
  data?: ThreadData | null;
}

/** What the host says that the thread of its key is to be: what is absent stays, and `null` removes. */
export interface ThreadPut {
  kind: "group" | "public";
  name?: string | null | undefined;
  data?: ThreadData | null | undefined;
  /** To be added, except who left. */
  members: User[];
}

/** What is known of the `memberIds` of a new thread. */
export interface NewMembers {
  ids: string[];
  /** Those who are contacts of the caller. */
  contacts: string[];
  /** Those whose names the caller may know, contacts among them; absent in calls of older versions, which named contacts alone. */
  named?: string[];
}

/** A pending invitation, as the thread has it. */
export interface PendingInvitation {
  userId: string;
  by: User;
  /** Milliseconds since the epoch. */
  at: number;
}

/** The commands that come over HTTP alone. */
export type HttpCommand =
  /** Changes the name and the settings. Named for what it did first. */
  | ({ type: "rename" } & PatchThread)
  | ({ type: "put_thread" } & ThreadPut)
  /**
   * Adds or invites somebody, changes a role or a timeout. `profile` is null for a user whom Lilypad does not know, and for one
   * of whom it makes no difference. `isContact`: of the caller's; absent in calls of older versions. `isReserved`, which the thread sets itself: an invitation is counted
   * already.
   */
  | ({
      type: "put_member";
      userId: string;
      profile: User | null;
      isContact?: boolean;
      isReserved?: boolean;
    } & PutMember)
  /** Reports a message. */
  | { type: "report"; seq: number; reason: string; note?: string | null | undefined }
  | { type: "resolve_report"; no: number; resolution: ResolveReport }
  /** `hash`: of the secret in the link's code. */
  | ({ type: "create_link"; hash: string } & PostLink)
  | { type: "revoke_link"; no: number }
  | { type: "redeem_link"; hash: string }
  /** Removes a member, or withdraws an invitation; of oneself: leaves. */
  | { type: "remove_member"; userId: string }
  /** Of one who is invited. */
  | { type: "accept" }
  | { type: "decline" }
  /** Bans a user, in place of an earlier ban; lets one back. */
  | ({ type: "ban"; userId: string } & PutBan)
  | { type: "lift_ban"; userId: string }
  /** A step of a purge: by the thread itself alone. */
  | { type: "purge" };

/** Every command that writes to a thread. What each does: src/thread/commands.ts. */
export type WriteCommand = DurableCommand | HttpCommand;
export type WriteType = WriteCommand["type"];
/** The command of a type. */
export type CommandOf<T extends WriteType> = {
  [K in T]: { type: K } & Extract<WriteCommand, { type: K }>;
}[T];

/** What each command returns besides its acknowledgement. */
export interface WriteResults extends DurableCommandResults {
  /** The thread as it is now. */
  rename: Thread;
  put_thread: Thread;
  put_member: Member | InvitedState;
  ban: Ban;
  lift_ban: void;
  purge: void;
  report: void;
  /** The report as it is now. */
  resolve_report: Report;
  create_link: Link;
  revoke_link: void;
  redeem_link: Thread;
  /** Of oneself in a direct thread: up to which message it is to be hidden from one's list. */
  remove_member: { hiddenUpTo: number } | undefined;
  /** The thread, as its new member sees it. */
  accept: Thread;
  decline: void;
}

/** What is read of a thread besides what `ThreadRpc` has a method for. How each is answered: src/thread/queries.ts. */
export type ThreadQuery =
  | { type: "invitations" }
  | ({ type: "audit" } & AuditQuery)
  | ({ type: "bans" } & PageQuery)
  | ({ type: "reports" } & ReportsQuery)
  /** Those with these numbers: for the host's list. */
  | { type: "named_reports"; nos: number[] }
  | { type: "links" };
export type QueryType = ThreadQuery["type"];
/** The query of a type. */
export type QueryOf<T extends QueryType> = {
  [K in T]: { type: K } & Extract<ThreadQuery, { type: K }>;
}[T];

/** What each query is answered with. */
export interface QueryResults {
  audit: AuditPage;
  bans: BanPage;
  reports: ReportPage;
  named_reports: ReportPage;
  links: LinkList;
  /** Of the invited no more is known here than their ids. */
  invitations: PendingInvitation[];
}

/**
 * Each method but the last three takes the verified user who asks, and decides their right next to the data: a thread that they may not
 * see is `not_found`.
 */
export interface ThreadRpc {
  /**
   * Creates the thread. For one that exists (a direct pair's, or a repeated call) `created` is false. `others`: the profiles
   * of those who are to be in it and are known. `members`: all of them, with what is known of them; absent in calls of older
   * versions, and where nobody has to be asked.
   */
  create: (
    caller: User,
    thread: ThreadInit,
    others: User[],
    members?: NewMembers,
  ) => Promise<Result<{ thread: Thread; created: boolean }>>;
  /** For the host: makes the thread of a key, or brings it up to date. Two at once make it once. */
  put: (
    caller: User,
    key: string,
    thread: ThreadPut,
  ) => Promise<Result<{ thread: Thread; created: boolean }>>;
  view: (caller: User) => Promise<Result<Thread>>;
  /** Deletes the thread: from here on it does not exist for anyone, and what is left to do survives a crash. */
  deleteThread: (caller: User) => Promise<Result<void>>;
  members: (caller: User, page: PageQuery) => Promise<Result<MemberPage>>;
  messages: (caller: User, query: MessagesQuery) => Promise<Result<MessagePage>>;
  query: <Q extends ThreadQuery>(caller: User, query: Q) => Promise<Result<QueryResults[Q["type"]]>>;
  /**
   * Runs a command like one from a socket. May be retried: a repeated `chat` is not stored again; any other command leaves the
   * same state, but may add an event or be refused.
   */
  run: <C extends WriteCommand>(
    caller: User,
    command: C,
    namedAt?: Caller["namedAt"],
    by?: AskedBy,
  ) => Promise<Result<WriteResults[C["type"]]>>;
  /** Moves the caller's read marker: stored, and sent to Presence, before it answers. */
  read: (caller: User, seq: number, by?: AskedBy) => Promise<Result<ReadState>>;
  /** Shows that the caller is typing, who may be in the room or not. */
  typing: (caller: User) => Promise<Result<void>>;
  /** For Presence: the profile of a user of this thread has changed. Idempotent. */
  profileChanged: (user: User) => Promise<void>;
  /**
   * For Presence: a member of this direct thread blocks the other one, or does so no longer, since this version, the higher of
   * which counts. Returns the version that the thread has; the given one where there is no such thread, or no such member.
   */
  blockChanged: (userId: string, isBlocked: boolean, version: number) => Promise<number>;
  /** For Presence: this was revoked of a user, whose sockets with such a credential are closed, at relays too. Idempotent. */
  revoked: (userId: string, revocation: Revocation) => Promise<void>;
}

/** A fresh stub. Stubs are not kept: one that has thrown may be broken for good. */
export function threadStub(env: Env, id: DurableObjectId): Stub<ThreadRpc> {
  return env.CHAT_THREAD.get(id) as unknown as Stub<ThreadRpc>;
}

/** A direct thread's object follows from its pair, so that both make the same one, even at once. */
export function directThreadId(env: Env, userId: string, otherId: string): DurableObjectId {
  return env.CHAT_THREAD.idFromName(JSON.stringify([userId, otherId].toSorted()));
}

/** The object of the thread of a key: by a name that is no pair's, which is an array. */
export function idOfKey(env: Env, key: string): DurableObjectId {
  return env.CHAT_THREAD.idFromName(JSON.stringify({ key }));
}
