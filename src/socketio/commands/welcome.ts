/** What a thread sends to one who joins, as the acknowledgement of `join`, and the events that follow it. */
import type { ReactionNames } from "../../config/reaction-names.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import type { Thread } from "../../protocol/model.ts";
import { socketIoMessage, type SocketIoMessage } from "../../protocol/socketio/message.ts";
import type { RoomName } from "../../protocol/socketio/names.ts";
import { roomEvent, type OutgoingEvent } from "../events/room-events.ts";

/** Of the acknowledgement of `join`. */
export interface Joined {
  thread: Thread;
  cursor: string;
  /** The newest messages; none where `resumed`. */
  messages: SocketIoMessage[];
  hasBefore: boolean;
  /** What was missed since the cursor follows as events. */
  resumed?: true;
}

/** Reads the frames of a welcome. */
export function welcomeOf(
  frames: readonly string[],
  threadId: string,
  room: RoomName,
  reactionNames: ReactionNames,
): { answer: Joined; missed: OutgoingEvent[] } {
  const [welcome, ...events] = frames.flatMap((frame) => JSON.parse(frame) as ThreadEvent[]);
  if (welcome?.type !== "welcome") throw new Error("a thread's first event was no welcome");
  const { thread, cursor, resumed } = welcome;
  const history = events.find((event) => event.type === "history");
  return {
    answer: {
      thread,
      cursor,
      messages: (history?.messages ?? []).map((message) => socketIoMessage(message, threadId, room)),
      hasBefore: history?.hasBefore ?? false,
      ...(resumed && { resumed }),
    },
    missed: events.flatMap((event) => {
      const outgoing = roomEvent(event, threadId, room, reactionNames);
      return outgoing ? [outgoing] : [];
    }),
  };
}
