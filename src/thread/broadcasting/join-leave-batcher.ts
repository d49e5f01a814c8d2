/**
 * Who came and went, told to the others. A few are told at once; while more keep coming and going, they are told
 * together, so that a thousand who come back at the same time are not told of to a thousand others one by one.
 */
import { toFrames } from "../../sockets/codec.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import type { Room } from "../../sockets/room-sockets.ts";

/** So many are told at once, and then again when none came or went for as long as they are gathered. */
const AT_ONCE = 8;
/** How long comings and goings are gathered: at least so long, and longer by so much for each socket that is told. */
const GATHER_MS = 50;
const GATHER_MS_PER_SOCKET = 0.25;

interface Coming {
  userId: string;
  event: ThreadEvent;
}

export class Comings {
  readonly #connections: Connections;
  readonly #room: Room;
  #waiting: Coming[] = [];
  /** Sockets that came meanwhile, each with how many of those that wait its welcome already tells of. */
  readonly #new = new Map<WebSocket, number>();
  #atOnce = AT_ONCE;
  /** Nobody came or went since the timer was set. */
  #isQuiet = true;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(connections: Connections, room: Room) {
    this.#connections = connections;
    this.#room = room;
  }

  /** A user came or went: the others are to hear of it. */
  add(userId: string, event: ThreadEvent): void {
    this.#waiting.push({ userId, event });
    this.#isQuiet = false;
    if (this.#atOnce > 0) {
      this.#atOnce--;
      this.tell();
    }
    this.#gather();
  }

  /** A socket is about to be welcomed: the welcome says who is here now. */
  welcoming(socket: WebSocket): void {
    if (this.#waiting.length > 0) this.#new.set(socket, this.#waiting.length);
  }

  /** Tells what waits. */
  tell(): void {
    const comings = this.#waiting;
    if (comings.length === 0) return;
    this.#waiting = [];
    this.#room.together(() => {
      const [frame = "", ...more] = toFrames(comings.map(({ event }) => event));
      const users = new Set(comings.map(({ userId }) => userId));
      const isSpecial = (socket: WebSocket) =>
        this.#new.has(socket) || users.has(this.#connections.of(socket).userId);
      for (const each of [frame, ...more]) this.#room.broadcast(each, undefined, isSpecial);
      for (const socket of this.#new.keys()) this.#tellSpecially(socket, comings);
      for (const userId of users) {
        for (const socket of this.#connections.open(userId)) {
          if (!this.#new.has(socket)) this.#tellSpecially(socket, comings);
        }
      }
    });
    this.#new.clear();
  }

  /** Tells a socket of the others, and of nobody whom its welcome told of. */
  #tellSpecially(socket: WebSocket, comings: readonly Coming[]): void {
    const { userId } = this.#connections.of(socket);
    const news = comings.slice(this.#new.get(socket) ?? 0).filter((coming) => coming.userId !== userId);
    for (const frame of toFrames(news.map(({ event }) => event))) this.#connections.send(socket, frame);
  }

  #gather(): void {
    if (this.#gathering !== undefined) return;
    this.#gathering = setTimeout(
      () => {
        this.#gathering = undefined;
        if (this.#isQuiet) {
          this.#atOnce = AT_ONCE;
          return;
        }
        // Nobody hears of it whose session ended meanwhile.
        this.#room.endSessions(Date.now());
        this.tell();
        this.#isQuiet = true;
        this.#gather();
      },
      GATHER_MS + GATHER_MS_PER_SOCKET * this.#room.size,
    );
  }
}
