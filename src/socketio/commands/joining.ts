/** Joining a room, and leaving it. */
import { LilypadError } from "../../protocol/errors.ts";
import { SOCKETIO_ROOMS } from "../../protocol/limits.ts";
import type { Namespaces } from "../packets/namespaces.ts";
import { MAIN } from "../packets/packet.ts";
import type { Rooms } from "../rooms/rooms.ts";
import type { SessionData } from "../session-data.ts";
import type { AskedEvent } from "./asked-event.ts";
import { roomOf, type EventTargets } from "./event-targets.ts";
import { joinedAs } from "./joined.ts";
import type { EventInput } from "./schemas.ts";

export interface JoiningParts {
  rooms: Rooms;
  namespaces: Namespaces<SessionData>;
  targets: EventTargets;
}

export class Joining {
  readonly #parts: JoiningParts;

  constructor(parts: JoiningParts) {
    this.#parts = parts;
  }

  /** Into the room, with what its client missed, or the newest messages. */
  async join({ session, caller, reply }: AskedEvent, input: EventInput<"join">): Promise<void> {
    const { rooms, namespaces, targets } = this.#parts;
    const name = roomOf(input);
    // Some front ends join all their rooms again whenever anything changes.
    if (rooms.named(session, caller, name) && !reply.isAwaited && input.cursor == null) {
      namespaces.emit(session, MAIN, "joined", { room: name });
      return reply.success();
    }
    const threadId = await targets.thread(session, caller, name);
    if (!rooms.placeOf(session, caller, threadId) && rooms.of(session.sid).length >= SOCKETIO_ROOMS)
      throw new LilypadError("conflict", `A socket is in at most ${SOCKETIO_ROOMS} rooms.`);
    const asked = { threadId, name, cursor: input.cursor ?? null };
    await rooms.join(session, caller, asked, (member, opening) => {
      // First: whoever is sure to be in the room has the offset that says so.
      namespaces.emit(session, MAIN, "joined", { room: name });
      reply.success(joinedAs(opening, member));
      if (!reply.isAwaited && input.cursor == null) member.welcomeUnseen();
    });
  }

  /** Out of it. Who belongs to the thread goes on belonging to it. */
  async leave({ session, caller, reply }: AskedEvent, input: EventInput<"leave">): Promise<void> {
    const { rooms, namespaces, targets } = this.#parts;
    const name = roomOf(input);
    const member =
      rooms.named(session, caller, name) ??
      rooms.placeOf(session, caller, await targets.thread(session, caller, name));
    // What it sent before is acknowledged before.
    await member?.idle();
    if (!reply.isCurrent) return;
    if (member) rooms.leave(member);
    namespaces.emit(session, MAIN, "left", { room: name });
    reply.success();
  }
}
