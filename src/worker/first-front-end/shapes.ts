/** Threads, messages and reactions of the contract, in the first front end's shapes. */
import type { ReactionNames } from "../../config/reaction-names.ts";
import type { ChatMessage, ChatReaction, ChatThreadShape } from "../../protocol/first-front-end.ts";
import type { Message, Thread, ThreadSummary, User } from "../../protocol/model.ts";
import { DELETED_TEXT, senderOf, socketIoReaction } from "../../protocol/socketio/message.ts";
import { messageIdOf, numberOf } from "../../protocol/socketio/room-names.ts";

/** For whom something is drawn, and what they call reactions. */
export interface Reader {
  user: User;
  reactionNames: ReactionNames;
}

/** A thread that its reader sees. `messages` are its newest, up to the newest of all. */
export function threadShape(thread: Thread, messages: readonly Message[], reader: Reader): ChatThreadShape {
  const { id, createdAt, members, you } = thread;
  const newest = messages.at(-1);
  return {
    id: numberOf(id),
    messages: messages.map((message) => messageShape(message, thread, reader)),
    users: members.map(({ user }) => senderOf(user)),
    hasUnread: you !== undefined && you.readSeq < (newest?.seq ?? 0),
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(newest?.at ?? createdAt),
  };
}

/** The thread as it is once this member has read up to a message. */
export function readUpTo(seq: number, thread: Thread, userId: string): Thread {
  const members = thread.members.map((member) =>
    member.user.id === userId ? { ...member, readSeq: seq } : member,
  );
  return { ...thread, members, ...(thread.you && { you: { ...thread.you, readSeq: seq } }) };
}

/** The same of what a list says of a thread: of its messages the newest, shortened. Undefined for one without any. */
export function summaryShape(summary: ThreadSummary, reader: Reader): ChatThreadShape | undefined {
  const { id, members = [], lastMessage, unread } = summary;
  if (!lastMessage) return undefined;
  const { seq, author, preview, at, deletedAt } = lastMessage;
  const isOwn = author.id === reader.user.id;
  const other = summary.kind === "direct" ? members.find((user) => user.id !== author.id) : undefined;
  const time = isoTime(at);
  return {
    id: numberOf(id),
    messages: [
      {
        id: messageIdOf(id, seq),
        threadId: numberOf(id),
        content: deletedAt === undefined ? preview : DELETED_TEXT,
        // Of one's own it is not known here.
        read: !isOwn && unread === 0,
        sender: senderOf(author),
        receiver: other ? senderOf(other) : null,
        reactions: [],
        createdAt: time,
      },
    ],
    users: members.map(senderOf),
    hasUnread: unread > 0,
    createdAt: time,
    updatedAt: time,
  };
}

export function messageShape(message: Message, thread: Thread, reader: Reader): ChatMessage {
  const { seq, author, body, at, deletedAt } = message;
  const others = thread.members.filter(({ user }) => user.id !== author.id);
  const [other] = thread.kind === "direct" ? others : [];
  return {
    id: messageIdOf(thread.id, seq),
    threadId: numberOf(thread.id),
    content: deletedAt === undefined ? body : DELETED_TEXT,
    read: others.length > 0 && others.every(({ readSeq }) => readSeq >= seq),
    sender: senderOf(author),
    receiver: other ? senderOf(other.user) : null,
    reactions: reactionShapes(message, thread.id, reader),
    createdAt: isoTime(at),
  };
}

/** One for each user and emoji, of the users that the contract lists: the first of each emoji, and the reader. */
export function reactionShapes(message: Message, threadId: string, reader: Reader): ChatReaction[] {
  return (message.reactions ?? []).flatMap(({ emoji, userIds, mine = false }) => {
    const readerId = reader.user.id;
    const all = mine && !userIds.includes(readerId) ? [...userIds, readerId] : userIds;
    return all.map((userId) => reactionShape(messageIdOf(threadId, message.seq), userId, emoji, reader));
  });
}

export function reactionShape(
  messageId: string,
  userId: string,
  emoji: string,
  { reactionNames }: Reader,
): ChatReaction {
  return socketIoReaction(messageId, userId, emoji, reactionNames.nameOf(emoji));
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
