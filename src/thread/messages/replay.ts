/** Catching up: the two logs merged into the events that were missed, each carrying its thing as it is now. */
import type { DurableEvent } from "../../protocol/events.ts";
import type { Member, Message, ThreadInfo, User } from "../../protocol/model.ts";
import type { NumberedChange } from "./change-log.ts";

export interface ReplaySource {
  /** New messages, by the rev of the event that made each. */
  messages: { rev: number; message: Message }[];
  changes: NumberedChange[];
  message: (seq: number) => Message;
  member: (userId: string) => Member | undefined;
  user: (userId: string) => User;
  thread: ThreadInfo;
}

/** The missed events in order of `rev`. */
export function replay(source: ReplaySource): DurableEvent[] {
  const chats = source.messages.map(({ rev, message }): DurableEvent => ({ type: "chat", rev, message }));
  const changes = source.changes.map((change) => eventOf(change, source));
  return [...chats, ...changes].toSorted((a, b) => a.rev - b.rev);
}

function eventOf(change: NumberedChange, now: ReplaySource): DurableEvent {
  const { rev } = change;
  switch (change.type) {
    case "edit":
      return { type: "edit", rev, message: now.message(change.seq) };
    case "delete":
      return { type: "delete", rev, seq: change.seq, deletedAt: change.at, by: now.user(change.userId) };
    case "react":
    case "unreact": {
      const message = now.message(change.seq);
      // A deleted message has no reactions: who once had which is not told any more.
      if (message.deletedAt !== undefined) return { type: "edit", rev, message };
      return { type: change.type, rev, seq: change.seq, emoji: change.emoji, user: now.user(change.userId) };
    }
    case "thread":
      return { type: "thread", rev, thread: now.thread };
    case "member":
    case "member_removed": {
      // As it is now: whoever joined and has left since is told of as gone, and the other way round.
      const member = now.member(change.userId);
      return member
        ? { type: "member", rev, member }
        : { type: "member_removed", rev, userId: change.userId };
    }
  }
}
