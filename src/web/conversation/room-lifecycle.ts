/**
 * Opens and closes the client's rooms for the page. A room with pending messages or changes stays connected after the user leaves
 * it, until they are sent. A room with a failed one stays open, so that its author finds it on coming back.
 */
import type { Client } from "../../client/client.ts";
import type { Room } from "../../client/room/room.ts";
import { releaseOnceSent } from "../../view/release-once-sent.ts";

/** A stay in a room. */
export interface Visit {
  room: Room;
  leave: () => void;
}

export function enterRoom(client: Client, threadId: string): Visit {
  const room = client.thread(threadId);
  const release = room.retain();
  return { room, leave: () => releaseOnceSent(room, release) };
}
