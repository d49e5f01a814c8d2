/** A message as Socket.IO clients get it: the contract's own, and the fields that chat front ends are used to. */
import type { Message, User } from "../model.ts";
import { messageIdOf, type RoomName } from "./room-names.ts";

/** What a deleted message says. */
export const DELETED_TEXT = "Message deleted by user";

export interface Sender {
  id: string;
  username: string;
  name: string;
  profileImg: string | null;
}

export interface SocketIoMessage extends Omit<Message, "id"> {
  /** Its thread's number and its `seq`. */
  id: string;
  /** The `id` that its sender gave it. */
  clientId: string;
  /** Both are the name by which the client called the room. */
  threadId: RoomName;
  room: RoomName;
  /** The body; of a deleted message `DELETED_TEXT`. */
  content: string;
  sender: Sender;
  /** ISO 8601. */
  createdAt: string;
}

export function socketIoMessage(message: Message, threadId: string, room: RoomName): SocketIoMessage {
  const { id, seq, body, author, at, deletedAt } = message;
  return {
    ...message,
    id: messageIdOf(threadId, seq),
    clientId: id,
    threadId: room,
    room,
    content: deletedAt === undefined ? body : DELETED_TEXT,
    sender: senderOf(author),
    createdAt: new Date(at).toISOString(),
  };
}

export function senderOf({ id, name, avatarUrl }: User): Sender {
  return { id, username: name, name, profileImg: avatarUrl ?? null };
}

/** One user's reaction to a message. */
export interface SocketIoReaction {
  id: string;
  messageId: string;
  userId: string;
  /** What clients call the emoji. */
  reactionType: string;
  emoji: string;
}

export function socketIoReaction(
  messageId: string,
  userId: string,
  emoji: string,
  reactionType: string,
): SocketIoReaction {
  return { id: `${messageId}-${userId}-${emoji}`, messageId, userId, reactionType, emoji };
}
