/**
 * Opens and closes the client's rooms for the page. A room with pending messages or changes stays connected after the user leaves
 * it, until they are sent. A room with a failed one stays open, so that its author finds it on coming back.
 */
import type { RoomState } from "../../client/room/room-state.ts";
import type { Room } from "../../client/room/room.ts";
import { client } from "../session/session.ts";

/** A stay in a room. */
export interface Visit {
  room: Room;
  leave: () => void;
}

export function enterRoom(threadId: string): Visit {
  const room = client.thread(threadId);
  const release = room.retain();
  return { room, leave: () => releaseOnceSent(room, release) };
}

/** Does nothing to a room that was closed and opened again since, as by a change of users. */
function releaseOnceSent(room: Room, release: () => void): void {
  const isDone = ({ outgoing, outgoingChanges, connection }: RoomState) =>
    (outgoing.length === 0 && outgoingChanges.length === 0) || connection === "stopped";
  if (isDone(room.getSnapshot())) return release();
  const unsubscribe = room.subscribe((state) => {
    if (!isDone(state)) return;
    unsubscribe();
    release();
  });
}
