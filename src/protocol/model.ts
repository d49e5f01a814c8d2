/** The entities of the contract: what both HTTP answers and socket events are made of. */
import { z } from "zod";
import { ERROR_STATUS, type ErrorCode } from "./errors.ts";
import * as limits from "./limits.ts";
import { messageData, threadData, threadTopic, readSeq, rev, seq, time } from "./fields.ts";

export const user = z.object({
  id: z.string(),
  name: z.string(),
  avatarUrl: z.string().optional(),
});
/** A person, as the host application named them. */
export type User = z.infer<typeof user>;

export const kind = z.enum(["direct", "group", "public"]);
export type Kind = z.infer<typeof kind>;

export const role = z.enum(["owner", "moderator", "member"]);
export type Role = z.infer<typeof role>;

export const member = z.object({ user, role, readSeq, joinedAt: time, timeoutUntil: time.optional() });
/**
 * One who belongs to a thread. `readSeq` is the newest message they have read, 0 for none. Until `timeoutUntil` they may
 * read, and not write; absent where they may.
 */
export type Member = z.infer<typeof member>;

export const whoPosts = z.enum(["members", "moderators"]);
/** Who sends messages: everyone who belongs, or moderators, owners and the host alone. */
export type WhoPosts = z.infer<typeof whoPosts>;

/** What moderators set of a group or a public thread. */
export const threadSettings = z.object({
  /** What it is about; null for nothing that was said. */
  topic: threadTopic.nullable(),
  /** How long a member waits between two messages, in milliseconds; 0 for not at all. */
  slowModeMs: z.int().min(0).max(limits.SLOW_MODE_MS),
  /** Only moderators, owners and the host write, react and type. */
  locked: z.boolean(),
  whoPosts,
});
export type ThreadSettings = z.infer<typeof threadSettings>;

export const threadInfo = z.object({
  id: z.string(),
  kind,
  name: z.string().nullable(),
  createdAt: time,
  ...threadSettings.partial().shape,
  key: z.string().optional(),
  data: threadData.optional(),
});
/**
 * What a `thread` event of the room carries: its settings, but of a direct thread, and `key` and `data` where the host gave
 * it some, for all who may see the thread.
 */
export type ThreadInfo = z.infer<typeof threadInfo>;

export const thread = threadInfo.extend({
  epoch: z.string(),
  seq: z.int().min(0),
  rev,
  members: z.array(member).max(limits.MEMBERS_SHOWN),
  memberCount: z.int().min(0),
  you: z.object({ role, readSeq, timeoutUntil: time.optional() }).optional(),
});
/** A thread as one of its readers sees it; `you` where the reader is a member. */
export type Thread = z.infer<typeof thread>;

export const lastMessage = z.object({
  seq,
  author: user,
  preview: z.string(),
  at: time,
  deletedAt: time.optional(),
});
/** The newest message, shortened. With `deletedAt` it was deleted, and its `preview` is empty. */
export type LastMessage = z.infer<typeof lastMessage>;

export const threadSummary = z.object({
  id: z.string(),
  kind,
  name: z.string().nullable(),
  seq: z.int().min(0),
  readSeq,
  unread: z.int().min(0),
  lastMessage: lastMessage.optional(),
  members: z.array(user).optional(),
  memberCount: z.int().min(0).optional(),
  state: z.literal("invited").optional(),
  invitedBy: user.optional(),
});
/**
 * A thread in its member's list; with `state`, an invitation in the list of the invited, by `invitedBy`: it counts in no badge,
 * and of a group it shows no messages. `members` for a thread whose title is made of them: both of a direct thread, and of a group
 * without a name the first ones, with `memberCount`.
 */
export type ThreadSummary = z.infer<typeof threadSummary>;

export const reaction = z.object({
  emoji: z.string(),
  count: z.int().min(1),
  userIds: z.array(z.string()).max(limits.REACTION_USER_IDS),
  mine: z.boolean().optional(),
});
/**
 * One emoji on a message: how many chose it, and the ids of the first of them. Where that is
 * not everyone, `mine` says whether the reader is one of all, in what is made for one reader (a page, a snapshot, a resume);
 * what is sent to everyone leaves it out.
 */
export type Reaction = z.infer<typeof reaction>;

export const message = z.object({
  seq,
  rev,
  id: z.string(),
  author: user,
  body: z.string(),
  data: messageData.optional(),
  at: time,
  replyTo: seq.optional(),
  editedAt: time.optional(),
  deletedAt: time.optional(),
  reactions: z.array(reaction).optional(),
});
/** A message. With `deletedAt` it is a tombstone: no body, no data, no reactions. `rev` is that of the last event that touched it. */
export type Message = z.infer<typeof message>;

export const status = z.enum(["online", "offline"]);
export const userPresence = z.object({ userId: z.string(), status, lastSeenAt: time.optional() });
/** Whether a user is connected, and when they last were. */
export type UserPresence = z.infer<typeof userPresence>;

export const errorCode = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);
/** One complaint about the input: where, and what. */
export const issue = z.object({ path: z.string(), message: z.string() });

export const clientLimits = z.object({
  bodyLength: z.int(),
  frameBytes: z.int(),
  batch: z.int(),
  emojiBytes: z.int(),
  reactionsPerMessage: z.int(),
  burst: z.int(),
  per10s: z.int(),
  pingMs: z.int(),
  typingMs: z.int(),
});
/** The limits that a client is held to, in a `welcome`; `burst` and `per10s` 0 mean none. */
export type ClientLimits = z.infer<typeof clientLimits>;

/** The limits of a `welcome`, for the durable-command rate in force. */
export function clientLimitsFor(rate: { burst: number; per10s: number }): ClientLimits {
  return {
    bodyLength: limits.BODY_LENGTH,
    frameBytes: limits.CLIENT_FRAME_BYTES,
    batch: limits.BATCH,
    emojiBytes: limits.EMOJI_BYTES,
    reactionsPerMessage: limits.REACTIONS_PER_MESSAGE,
    burst: rate.burst,
    per10s: rate.per10s,
    pingMs: limits.PING_MS,
    typingMs: limits.TYPING_MS,
  };
}
