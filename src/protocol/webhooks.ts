/**
 * What Lilypad sends to the host's server: webhooks, and the check before sending. Both are a POST of JSON, signed by the
 * Standard Webhooks specification. README.md, "Webhooks" and "The check before sending", has the rules.
 */
import { z } from "zod";
import * as limits from "./limits.ts";
import { member, message, thread, user } from "./model.ts";
import { messageData, seq, time } from "./fields.ts";
import { report } from "./reports.ts";

/** What every body has: when it happened (or was asked, before sending), and in which thread. */
const about = {
  at: time,
  threadId: z.string(),
  /** The host's own key of the thread, where it has one. */
  key: z.string().optional(),
};

/** A thread as everyone sees it. */
const sharedThread = thread.omit({ you: true });

/**
 * The body of a webhook. `at` is when it happened; what it is about is as it is at delivery: a message that was deleted
 * meanwhile is a tombstone, and who has left meanwhile is a member with `readSeq` 0. `by` is who did it. Each is described as
 * in the OpenAPI document.
 */
export const webhookEvent = z.discriminatedUnion("type", [
  z
    .object({ type: z.literal("message.created"), ...about, data: z.object({ message }) })
    .describe("A message was stored."),
  z
    .object({ type: z.literal("message.edited"), ...about, data: z.object({ message }) })
    .describe("A message has another text."),
  z
    .object({ type: z.literal("message.deleted"), ...about, data: z.object({ seq, by: user }) })
    .describe("A message was deleted."),
  z
    .object({ type: z.literal("member.added"), ...about, data: z.object({ member }) })
    .describe("One is a member now."),
  z
    .object({
      type: z.literal("member.removed"),
      ...about,
      data: z.object({ userId: z.string(), by: user }),
    })
    .describe("One is no member any more."),
  z
    .object({ type: z.literal("thread.created"), ...about, data: z.object({ thread: sharedThread }) })
    .describe("A thread was made, with these members."),
  z
    .object({ type: z.literal("thread.updated"), ...about, data: z.object({ thread: sharedThread }) })
    .describe("A thread has another name or other data."),
  z
    .object({ type: z.literal("report.created"), ...about, data: z.object({ report }) })
    .describe("A message was reported."),
  z
    .object({ type: z.literal("thread.deleted"), ...about, data: z.object({}) })
    .describe("A thread was deleted: the last event of it."),
]);
export type WebhookEvent = z.infer<typeof webhookEvent>;
/** What a webhook says besides when and where. */
export type WebhookContent = {
  [T in WebhookEvent["type"]]: Pick<Extract<WebhookEvent, { type: T }>, "type" | "data">;
}[WebhookEvent["type"]];

export const beforeSendCheck = z.object({
  /** Names the check to its answer, within one request. */
  no: z.int().min(1),
  kind: z.enum(["message", "edit"]),
  author: user,
  body: z.string(),
  data: messageData.optional(),
  replyTo: seq.optional(),
  /** Of an edit: the message. */
  seq: seq.optional(),
});
/** A message or an edit that is about to be stored. */
export type BeforeSendCheck = z.infer<typeof beforeSendCheck>;

/** The body of a request before sending: everything of the thread that waits. */
export const beforeSendRequest = z.object({
  type: z.literal("before_send"),
  ...about,
  data: z.object({ checks: z.array(beforeSendCheck) }),
});
export type BeforeSendRequest = z.infer<typeof beforeSendRequest>;

const no = z.int();
export const beforeSendAnswer = z.discriminatedUnion("action", [
  z.object({ no, action: z.literal("allow") }),
  /** Stores this body instead. */
  z.object({ no, action: z.literal("replace"), body: z.string().max(limits.BODY_LENGTH) }),
  /** `forbidden` to the sender, with the reason. */
  z.object({ no, action: z.literal("refuse"), reason: z.string().nullish() }),
]);
/** The host's decision on one check. */
export type BeforeSendAnswer = z.infer<typeof beforeSendAnswer>;

/** What the host answers, with status 200. A check without an answer that can be read is decided by `BEFORE_SEND_FAIL`. */
export const beforeSendAnswers = z.object({ answers: z.array(beforeSendAnswer) });
