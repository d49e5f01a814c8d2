/** Leaves a room, but not before what its user has written there is sent. */
import type { RoomState } from "../client/room/room-state.ts";
import type { Readable } from "../client/store/store.ts";

/**
 * Calls `release`, which `room.retain()` returned: at once or, where messages or changes are pending, when they are sent. A
 * room with a failed one stays open, so that its author finds it on coming back. Does nothing to a room that was closed and
 * opened again since, as by a change of users.
 */
export function releaseOnceSent(room: Readable<RoomState>, release: () => void): void {
  const isDone = ({ outgoing, outgoingChanges, connection }: RoomState) =>
    (outgoing.length === 0 && outgoingChanges.length === 0) || connection === "stopped";
  if (isDone(room.getSnapshot())) return release();
  const unsubscribe = room.subscribe((state) => {
    if (!isDone(state)) return;
    unsubscribe();
    release();
  });
}
