/** The events of a thread as Socket.IO clients get them. */
import type { ReactionNames } from "../../config/reaction-names.ts";
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import { DELETED_TEXT, socketIoMessage, socketIoReaction } from "../../protocol/socketio/message.ts";
import { messageIdOf, type RoomName } from "../../protocol/socketio/room-names.ts";

/** An event's name, and what comes with it. */
export type OutgoingEvent = [name: string, ...args: unknown[]];

/** The event of a client that called the room so; undefined for what concerns the lilypad protocol's own sockets alone. */
export function roomEvent(
  event: ThreadEvent,
  threadId: string,
  room: RoomName,
  reactionNames: ReactionNames,
): OutgoingEvent | undefined {
  switch (event.type) {
    case "chat":
    case "edit":
      return [event.type, socketIoMessage(event.message, threadId, room)];
    case "delete": {
      const { seq, deletedAt, by } = event;
      return ["deleted", { id: messageIdOf(threadId, seq), room, seq, msg: DELETED_TEXT, deletedAt, by }];
    }
    case "react":
    case "unreact": {
      const { seq, emoji, user } = event;
      const reaction = socketIoReaction(
        messageIdOf(threadId, seq),
        user.id,
        emoji,
        reactionNames.nameOf(emoji),
      );
      return [event.type === "react" ? "reaction_added" : "reaction_removed", { ...reaction, room, seq }];
    }
    case "member":
    case "member_removed":
    case "thread":
    case "read":
    case "typing": {
      const { type, ...rest } = event;
      return [type, { ...rest, room }];
    }
    default:
      event satisfies Exclude<ThreadEvent, DurableEvent>;
      return undefined;
  }
}
