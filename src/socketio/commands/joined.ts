/** The acknowledgement of `join`. */
import type { Thread } from "../../protocol/model.ts";
import { socketIoMessage, type SocketIoMessage } from "../../protocol/socketio/message.ts";
import type { RoomMember } from "../rooms/room-member.ts";
import type { RoomWelcome } from "../rooms/room-welcome.ts";

export interface Joined {
  thread: Thread;
  cursor: string;
  /** The newest messages; none where `resumed`. */
  messages: SocketIoMessage[];
  hasBefore: boolean;
  /** What was missed since the cursor follows as events. */
  resumed?: true;
}

export function joinedAs(
  { thread, cursor, resumed, history }: RoomWelcome,
  { threadId, name }: RoomMember,
): Joined {
  return {
    thread,
    cursor,
    messages: (history?.messages ?? []).map((message) => socketIoMessage(message, threadId, name)),
    hasBefore: history?.hasBefore ?? false,
    ...(resumed && { resumed }),
  };
}
