/** The ends of a room's sessions, as a duty of its object's alarm. */
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import type { Connections } from "./connections.ts";
import type { RoomSockets } from "./room-sockets.ts";

/** The object is woken only for a session that ends within this time. */
const NEAR_END_MS = 120_000;

export class RoomSessions {
  readonly #alarm: AlarmScheduler;

  /**
   * Registers the duty: closing the sockets whose sessions have ended, and those that vanished. Not while `isActive` says
   * no: then they are about to be closed for another reason.
   */
  constructor(
    alarm: AlarmScheduler,
    connections: Connections,
    room: RoomSockets,
    isActive: () => boolean = () => true,
  ) {
    this.#alarm = alarm;
    alarm.register({
      name: "ends of sessions",
      run: (now) => {
        if (isActive()) room.sweep(now);
      },
      dueAt: (now) => nearEnd(connections.nextSessionEnd(), now),
    });
  }

  /** A session begins, or was renewed. */
  endsAt(expiresAt: number, now: number): void {
    const end = nearEnd(expiresAt, now);
    if (end !== undefined) this.#alarm.wakeBy(end);
  }
}

/**
 * An end that is worth an alarm of its own. One that is further away is noticed whenever the object is awake again, before
 * anything is sent: until then nothing comes over its socket, and waiting for it would cost a row written for each lone
 * message, since the alarm that the message needs would have to be put back.
 */
function nearEnd(expiresAt: number | undefined, now: number): number | undefined {
  return expiresAt !== undefined && expiresAt - now <= NEAR_END_MS ? expiresAt : undefined;
}
