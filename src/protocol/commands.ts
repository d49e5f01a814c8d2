/**
 * The commands that a client may send on a socket, each with its description in the AsyncAPI document. Unknown keys are
 * ignored, so that version 1 can grow.
 */
import { z } from "zod";
import { WATCHED_USERS } from "./limits.ts";
import type { Message } from "./model.ts";
import { commandId, emoji, messageBody, messageData, readSeq, rev, seq, userId } from "./fields.ts";

const auth = z
  .object({ type: z.literal("auth"), id: commandId, token: z.string().min(1) })
  .describe("A fresh token of the same user: the socket lives until it expires.");

export const chatCommand = z
  .object({
    type: z.literal("chat"),
    id: commandId,
    body: messageBody,
    data: messageData.nullish(),
    replyTo: seq.optional(),
    since: rev.optional(),
  })
  .describe("Stores and broadcasts a message.");

/** The durable commands of a thread: each takes an `id` and is acknowledged. What each does: src/thread/commands.ts. */
export const durableCommand = z.discriminatedUnion("type", [
  chatCommand,
  z
    .object({ type: z.literal("edit"), id: commandId, seq, body: messageBody })
    .describe("Replaces the text of the caller's own message."),
  z
    .object({ type: z.literal("delete"), id: commandId, seq })
    .describe("Erases a message; a tombstone stays."),
  z.object({ type: z.literal("react"), id: commandId, seq, emoji }).describe("Adds the caller's reaction."),
  z
    .object({ type: z.literal("unreact"), id: commandId, seq, emoji })
    .describe("Takes the caller's reaction back."),
]);
export type DurableCommand = z.infer<typeof durableCommand>;

const DURABLE_TYPES: ReadonlySet<string> = new Set(
  durableCommand.options.map((option) => option.shape.type.value),
);

/** Whether a command is durable: decided by the schema, whatever fields it has. */
export function isDurableCommand(command: { type: string }): command is DurableCommand {
  return DURABLE_TYPES.has(command.type);
}

/** Of the durable commands that return something besides their acknowledgement, to whoever sent them over HTTP. */
interface Returned {
  /** `repeat`: the message was stored before, and this is the first one. */
  chat: { message: Message; repeat: boolean };
  edit: Message;
}

/** What each durable command returns over HTTP. */
export type DurableCommandResults = {
  [T in DurableCommand["type"]]: T extends keyof Returned ? Returned[T] : void;
};

export const threadCommand = z.discriminatedUnion("type", [
  ...durableCommand.options,
  z.object({ type: z.literal("read"), seq: readSeq }).describe("Moves the caller's read marker forward."),
  z.object({ type: z.literal("typing") }).describe("Shows to the others for 5 s that the caller types."),
  z
    .object({ type: z.literal("got"), rev })
    .describe("Acknowledges everything up to a `rev`; sent by `paced` clients."),
  auth,
  z.object({ type: z.literal("leave") }).describe("Asks the server to close the socket with 1000."),
]);
/** A command on a thread's socket. */
export type ThreadCommand = z.infer<typeof threadCommand>;

export const presenceCommand = z.discriminatedUnion("type", [
  z
    .object({ type: z.literal("watch"), userIds: z.array(userId).max(WATCHED_USERS) })
    .describe("Replaces the set of users whose online status this tab receives."),
  z
    .object({ type: z.literal("read"), threadId: z.string().min(1).max(64), seq: readSeq })
    .describe("Moves the read marker of a thread that is not open."),
  auth,
]);
/** A command on a presence socket. */
export type PresenceCommand = z.infer<typeof presenceCommand>;

/** As JSON, before the server parsed it: what a client writes. */
export type ThreadCommandInput = z.input<typeof threadCommand>;
export type PresenceCommandInput = z.input<typeof presenceCommand>;
