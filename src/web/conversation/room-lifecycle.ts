/**
 * Opens and closes the client's rooms for the page. A room with pending messages stays connected after the user leaves
 * it, until they are sent. A room with a failed message stays open, so that its author finds it on coming back.
 */
import type { RoomState } from "../../client/room/room-state.ts";
import type { Room } from "../../client/room/room.ts";
import { client } from "../session/session.ts";

/** Rooms that were left and are not closed yet, each with the function that keeps it open from then on. */
const closing = new Map<Room, () => void>();

export function enterRoom(threadId: string): Room {
  const room = client.thread(threadId);
  closing.get(room)?.();
  closing.delete(room);
  return room;
}

export function leaveRoom(room: Room): void {
  const isDone = ({ outgoing, connection }: RoomState) => outgoing.length === 0 || connection === "stopped";
  if (isDone(room.getSnapshot())) return room.close();
  const cancel = room.subscribe((state) => {
    if (!isDone(state)) return;
    closing.delete(room);
    room.close();
  });
  closing.set(room, cancel);
}
