/** Bodies and answers of the first front end's REST (docs/socketio.md): the shapes that a chat of Flask-SocketIO's kind asks for. */
import { z } from "zod";
import { REACTION_NAME_LENGTH } from "./limits.ts";
import { characters, messageBody, userId } from "./fields.ts";

/** A thread's number, in a path. */
export const chatNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, "is not a number")
  .transform(Number);

/** The other of a direct thread. Applications that number their users may send the number. */
export const startChat = z.object({
  receiverId: z.union([userId, z.int().transform(String)]),
});
export type StartChat = z.infer<typeof startChat>;
export const sendChatMessage = z.object({ content: messageBody });
/** An emoji, or a name of `REACTION_NAMES`. */
export const chatReactionName = z.object({ reaction: characters(1, REACTION_NAME_LENGTH) });

export const chatUser = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  profileImg: z.string().nullable(),
});
export const chatReaction = z.object({
  id: z.string(),
  messageId: z.string(),
  userId: z.string(),
  reactionType: z.string(),
  emoji: z.string(),
});
export type ChatReaction = z.infer<typeof chatReaction>;
export const chatMessage = z.object({
  /** The thread's number and the message's `seq`: `4503599627370495-7`. */
  id: z.string(),
  threadId: z.int(),
  content: z.string(),
  /** Whether everybody but the sender has read it. */
  read: z.boolean(),
  sender: chatUser,
  /** The other of a direct thread; null in one of more. */
  receiver: chatUser.nullable(),
  reactions: z.array(chatReaction),
  /** ISO 8601, as all times here. */
  createdAt: z.string(),
});
/** A message as the first front end knows it. */
export type ChatMessage = z.infer<typeof chatMessage>;
export const chatThread = z.object({
  id: z.int(),
  messages: z.array(chatMessage),
  users: z.array(chatUser),
  hasUnread: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
/** A thread as the first front end knows it. */
export type ChatThreadShape = z.infer<typeof chatThread>;
export const chatThreadList = z.object({ ChatThreads: z.array(chatThread) });
export const chatReactionList = z.object({ reactions: z.array(chatReaction) });
