/**
 * Broadcasts joins and leaves in batches. A few are broadcast at once; while more keep coming, they are gathered, so that
 * a thousand users who come back at the same time are not announced to a thousand others one by one.
 */
import type { ThreadEvent } from "../../protocol/events.ts";
import { EncodedEvent } from "../../sockets/codec.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { RoomSockets } from "../../sockets/room-sockets.ts";

/** This many are broadcast at once; again once none came for a gathering period. */
const AT_ONCE = 8;
/** How long they are gathered: a base time, plus a time per socket in the room. */
const GATHER_MS = 250;
const GATHER_MS_PER_SOCKET = 0.25;

interface JoinOrLeave {
  userId: string;
  event: EncodedEvent;
}

export class JoinLeaveBatcher {
  readonly #connections: Connections;
  readonly #room: RoomSockets;
  #waiting: JoinOrLeave[] = [];
  /** Sockets that were opened meanwhile, each with how many of those that wait its welcome already covers. */
  readonly #new = new Map<WebSocket, number>();
  #atOnce = AT_ONCE;
  /** None came since the timer was set. */
  #isQuiet = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connections: Connections, room: RoomSockets) {
    this.#connections = connections;
    this.#room = room;
  }

  /** A user joined or left: `event` is for the others. */
  add(userId: string, event: ThreadEvent): void {
    this.#waiting.push({ userId, event: new EncodedEvent(JSON.stringify(event)) });
    this.#isQuiet = false;
    if (this.#atOnce > 0) {
      this.#atOnce--;
      this.flush();
    }
    this.#gather();
  }

  /** A socket is about to be sent its welcome, which lists who is here now. */
  welcoming(socket: WebSocket): void {
    if (this.#waiting.length > 0) this.#new.set(socket, this.#waiting.length);
  }

  /** Broadcasts what waits. */
  flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    this.#room.coalesce(() => {
      const frames = this.#connections.encode(batch.map(({ event }) => event));
      const users = new Set(batch.map(({ userId }) => userId));
      const getsOwnSelection = (socket: WebSocket) =>
        this.#new.has(socket) || users.has(this.#connections.of(socket).userId);
      for (const frame of frames) this.#room.broadcast(frame, undefined, getsOwnSelection);
      for (const socket of this.#new.keys()) this.#sendSelection(socket, batch);
      for (const userId of users) {
        for (const socket of this.#connections.open(userId)) {
          if (!this.#new.has(socket)) this.#sendSelection(socket, batch);
        }
      }
    });
    this.#new.clear();
  }

  /** Sends a socket what concerns other users and is not in its welcome. */
  #sendSelection(socket: WebSocket, batch: readonly JoinOrLeave[]): void {
    const { userId } = this.#connections.of(socket);
    const selection = batch.slice(this.#new.get(socket) ?? 0).filter((one) => one.userId !== userId);
    this.#connections.send(
      socket,
      selection.map(({ event }) => event),
    );
  }

  #gather(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#isQuiet) {
          this.#atOnce = AT_ONCE;
          return;
        }
        // A socket whose session ended meanwhile receives none of it.
        this.#room.endSessions(Date.now());
        this.flush();
        this.#isQuiet = true;
        this.#gather();
      },
      GATHER_MS + GATHER_MS_PER_SOCKET * this.#room.size,
    );
  }
}
