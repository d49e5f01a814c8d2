/**
 * The events that the server sends on a socket, each with its description in the AsyncAPI document. Every frame is a JSON
 * array of these.
 */
import { z } from "zod";
import { REACTION_USER_IDS } from "./limits.ts";
import {
  clientLimits,
  errorCode,
  issue,
  lastMessage,
  member,
  message,
  status,
  thread,
  threadInfo,
  threadSummary,
  user,
} from "./model.ts";
import { readSeq, rev, seq, time } from "./fields.ts";

const unread = z.int().min(0);

const errorEvent = z
  .object({
    type: z.literal("error"),
    code: errorCode,
    message: z.string(),
    id: z.string().optional(),
    issues: z.array(issue).optional(),
    retryAfterMs: z.int().optional(),
  })
  .describe("A command was refused, or there is a fault.");
const closingEvent = z
  .object({
    type: z.literal("closing"),
    code: z.int(),
    reason: z.string(),
    /** With 4129: when to connect again at the earliest, in milliseconds from now. Absent where the server does not know. */
    retryAfterMs: z.int().optional(),
  })
  .describe("The server closes this socket.");
const ack = z.object({ seq: seq.optional(), rev, at: time });
/** That a command was applied: the `seq` of the message it concerns, and the `rev` and time of what it did. */
export type Ack = z.infer<typeof ack>;
const ackEvent = z.object({ type: z.literal("ack"), id: z.string(), ...ack.shape });

/** The `id` of the command that made it, by which its sender knows it again after a lost connection. */
const commandId = z.string().optional();
/** A user has another name or picture. In a room anyone whom the thread names, in presence the user of the tab. */
const userEvent = z.object({ type: z.literal("user"), user });

const reacted = {
  rev,
  id: commandId,
  seq,
  emoji: z.string(),
  user,
  /** The reaction after this event. A replay leaves it out where a later event of the same reaction follows. */
  count: z.int().min(0).optional(),
  userIds: z.array(z.string()).max(REACTION_USER_IDS).optional(),
};
/** How many members the thread has now. */
const memberCount = z.int().min(0).optional();

/** The durable events of a thread: numbered by `rev`, replayed on a resume. */
export const durableEvent = z.discriminatedUnion("type", [
  z
    .object({ type: z.literal("chat"), rev, message })
    .describe("A new message. To every socket in the room, the sender's included."),
  z.object({ type: z.literal("edit"), rev, id: commandId, message }).describe("A message has another text."),
  z
    .object({ type: z.literal("delete"), rev, id: commandId, seq, deletedAt: time, by: user })
    .describe("A message was deleted."),
  z.object({ type: z.literal("react"), ...reacted }).describe("A reaction was added."),
  z.object({ type: z.literal("unreact"), ...reacted }).describe("A reaction was taken back."),
  z
    .object({ type: z.literal("member"), rev, member, memberCount })
    .describe("One is a member now, or has another role."),
  z
    .object({ type: z.literal("member_removed"), rev, userId: z.string(), memberCount })
    .describe("One is no member any more."),
  z.object({ type: z.literal("thread"), rev, thread: threadInfo }).describe("The thread has another name."),
]);
export type DurableEvent = z.infer<typeof durableEvent>;

export const threadEvent = z.discriminatedUnion("type", [
  z
    .object({
      type: z.literal("welcome"),
      thread,
      user,
      cursor: z.string(),
      resumed: z.boolean(),
      online: z.array(user),
      onlineCount: z.int(),
      expiresAt: time,
      limits: clientLimits,
    })
    .describe("First of all: the thread, who is here, and whether what was missed follows."),
  z
    .object({
      type: z.literal("history"),
      messages: z.array(message),
      hasBefore: z.boolean(),
      hasAfter: z.boolean().optional(),
    })
    .describe("The newest messages, where the socket does not resume."),
  durableEvent,
  ackEvent.describe("Answers a command: it is durable, or done."),
  z
    .object({ type: z.literal("join"), user, member: member.optional(), memberCount })
    .describe("A user is in the room now."),
  z.object({ type: z.literal("leave"), userId: z.string() }).describe("A user is not in the room any more."),
  z
    .object({ type: z.literal("online"), count: z.int(), memberCount })
    .describe("In a large room: how many are in it."),
  z.object({ type: z.literal("typing"), userId: z.string() }).describe("A user types."),
  z.object({ type: z.literal("read"), userId: z.string(), seq }).describe("A user's read marker moved."),
  userEvent.describe("One whom the thread names has another name or picture."),
  errorEvent,
  closingEvent,
]);
/** An event on a thread's socket. */
export type ThreadEvent = z.infer<typeof threadEvent>;

/** True where something in the thread was unread before this event: whoever counts such threads need not know them all. */
const wasUnread = z.boolean().optional();

export const presenceEvent = z.discriminatedUnion("type", [
  z
    .object({
      type: z.literal("welcome"),
      user,
      threads: z.array(z.object({ threadId: z.string(), seq: z.int().min(0), readSeq, unread })),
      unreadThreads: z.int(),
      /** Whom the user blocks. Absent from servers of older versions. */
      blocked: z.array(z.string()).optional(),
      expiresAt: time,
      limits: clientLimits,
    })
    .describe("First of all: the user's threads with their unread counts."),
  lastMessage
    .extend({ type: z.literal("new_message"), threadId: z.string(), unread, wasUnread })
    .describe("A thread's newest message."),
  z
    .object({ type: z.literal("read"), threadId: z.string(), readSeq, unread, wasUnread })
    .describe("The user's read marker moved, on any device."),
  z
    .object({ type: z.literal("thread"), thread: threadSummary, wasUnread })
    .describe("The user was added to a thread, or it changed."),
  z
    .object({ type: z.literal("thread_removed"), threadId: z.string(), wasUnread })
    .describe("The user is no longer in a thread, or it was deleted."),
  userEvent.describe("The user of this tab has another name or picture."),
  z
    .object({ type: z.literal("reports"), threadId: z.string(), open: z.int().min(0) })
    .describe("How many reports are open in a thread that the user moderates."),
  z
    .object({ type: z.literal("blocked"), userId: z.string(), blocked: z.boolean() })
    .describe("The user blocks somebody, or no longer does, on any device."),
  z
    .object({
      type: z.literal("presence"),
      userId: z.string(),
      status,
      lastSeenAt: time.optional(),
    })
    .describe("A watched user came online, or went offline."),
  ackEvent.describe("Answers `auth`."),
  errorEvent,
  closingEvent,
]);
/** An event on a presence socket. `ack` answers `auth` alone; presence numbers nothing, so its `rev` is 0. */
export type PresenceEvent = z.infer<typeof presenceEvent>;
