/**
 * Everyone in the room, wherever their sockets are: in this object, and in a large room at its relays too. While the
 * room is that large, only how many are in it is told, and not who comes and goes.
 */
import { toFrames } from "../../sockets/codec.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { CloseCode } from "../../protocol/errors.ts";
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import { ONLINE_COUNT_MS } from "../../protocol/limits.ts";
import { Comings } from "./join-leave-batcher.ts";
import { Room } from "../../sockets/room-sockets.ts";
import { Typing } from "./typing.ts";
import type { Relays } from "./relays.ts";

export class Audience {
  /** The sockets in this object. */
  readonly room: Room;
  readonly #relays: Relays;
  readonly #comings: Comings;
  readonly #typing = new Typing();
  #counting: ReturnType<typeof setTimeout> | undefined;
  #toldCount = -1;

  constructor(connections: Connections, relays: Relays) {
    this.#relays = relays;
    relays.onCrowd = () => this.#countChanged();
    this.room = new Room(connections, {
      came: (user) => this.#changed(user.id, { type: "join", user }),
      went: (userId) => {
        this.#typing.left(userId);
        this.#changed(userId, { type: "leave", userId });
      },
    });
    this.#comings = new Comings(connections, this.room);
  }

  /** How many users are here, as far as the relays have said. */
  get onlineCount(): number {
    return this.room.onlineCount + this.#relays.users;
  }

  /** A socket of this object has come in and is about to be welcomed. */
  welcoming(socket: WebSocket): void {
    this.#comings.welcoming(socket);
  }

  /** Tells who came and went, where that still waits: to be done before anyone is told anything else. */
  tellComings(): void {
    this.#comings.tell();
  }

  /** Tells durable events to everyone, as few frames, each serialized once. */
  tellAll(events: readonly DurableEvent[]): void {
    this.#beforeTelling();
    const rev = events.at(-1)?.rev;
    for (const frame of toFrames(events)) {
      this.room.broadcast(frame, rev);
      this.#relays.passToAll({ frame, ...(rev !== undefined && { rev }) });
    }
  }

  /** Tells an event that is not numbered to everyone, or to everyone but one user. */
  tell(event: ThreadEvent, notTo?: string): void {
    this.#beforeTelling();
    const [frame = ""] = toFrames([event]);
    if (notTo === undefined) this.room.broadcast(frame);
    else this.room.tellOthers(notTo, frame);
    this.#relays.passToAll({ frame, ...(notTo !== undefined && { notTo }) });
  }

  /** Closes every socket of a user. */
  closeUser(userId: string, code: CloseCode, reason: string): void {
    this.room.closeAll(code, reason, userId);
    this.#relays.passToAll({ close: code, reason, userId });
  }

  /** Relays that a user is typing, if it is time to. */
  typing(userId: string, now: number): void {
    if (this.#typing.isDue(userId, now)) this.tell({ type: "typing", userId }, userId);
  }

  /** Whose session is over hears nothing more; who came and went is told first. */
  #beforeTelling(): void {
    this.room.endSessions(Date.now());
    this.tellComings();
  }

  #changed(userId: string, event: ThreadEvent): void {
    if (this.#relays.isLarge) this.#countChanged();
    else this.#comings.add(userId, event);
  }

  /** How many there are is told when the coming and going of a moment is over. */
  #countChanged(): void {
    if (this.#counting !== undefined) return;
    this.#counting = setTimeout(() => {
      this.#counting = undefined;
      if (this.#toldCount === this.onlineCount) return;
      this.#toldCount = this.onlineCount;
      this.tell({ type: "online", count: this.onlineCount });
    }, ONLINE_COUNT_MS);
  }
}
