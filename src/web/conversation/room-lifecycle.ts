/**
 * Enters and leaves rooms for the page. A room that is left with something unsent stays connected until
 * that is sent, and one with something failed stays for its author to come back to.
 */
import type { Room } from "../../client/room/room.ts";
import type { RoomState } from "../../client/room/room-state.ts";
import { client } from "../session/session.ts";

const leaving = new Map<Room, () => void>();

export function enterRoom(threadId: string): Room {
  const room = client.thread(threadId);
  leaving.get(room)?.();
  leaving.delete(room);
  return room;
}

export function leaveRoom(room: Room): void {
  const isDone = ({ outgoing, connection }: RoomState) => outgoing.length === 0 || connection === "stopped";
  if (isDone(room.getSnapshot())) return room.close();
  const stop = room.subscribe((state) => {
    if (!isDone(state)) return;
    leaving.delete(room);
    room.close();
  });
  leaving.set(room, stop);
}
