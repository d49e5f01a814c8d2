/** The rooms that were left last: they keep what they have loaded, to show it at once when they are entered again. */
import type { Room } from "./room.ts";

export class RememberedRooms {
  readonly #most: number;
  /** The one that was left last at the end. */
  readonly #rooms = new Set<Room>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a room that is left, and forgets the oldest one beyond the most; false if it is not to be remembered. */
  add(room: Room): boolean {
    // The user was removed from a thread that stopped by itself, or the thread deleted.
    if (this.#most === 0 || room.getSnapshot().connection === "stopped") return false;
    this.#rooms.add(room);
    const [oldest] = this.#rooms;
    if (this.#rooms.size > this.#most && oldest) {
      this.#rooms.delete(oldest);
      oldest.close();
    }
    return true;
  }

  /** A room was entered again. */
  remove(room: Room): void {
    this.#rooms.delete(room);
  }

  /** Forgets all. */
  clear(): void {
    for (const room of this.#rooms) room.close();
    this.#rooms.clear();
  }
}
