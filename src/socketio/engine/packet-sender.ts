/**
 * Sends packets over whichever transport a session uses. Of a client that reads more slowly than it is sent to, the session
 * ends before memory holds too much for it.
 */
import { sendTo } from "./engine-sockets.ts";
import { lengthOf, type Packet } from "./packets.ts";
import type { Polling } from "./polling.ts";
import type { EngineSession } from "./engine-session.ts";

/** What may wait for a client that polls too seldom, or reads its WebSocket too slowly, in UTF-16 units or bytes. */
const WAITING_LENGTH = 4 * 1024 * 1024;
/** The same for all sessions together. Looked after whenever so much was sent. */
const ALL_WAITING_LENGTH = 32 * 1024 * 1024;
const LOOK_EVERY = 1024 * 1024;
/** Whenever so much was sent, the client is pinged: its pong confirms that it has read all of it. */
const CONFIRM_EVERY = 256 * 1024;

export interface PacketSenderParts<D> {
  sessions: Pick<Map<string, EngineSession<D>>, "values">;
  polling: Pick<Polling<D>, "send">;
  ping: (session: EngineSession<D>) => void;
  /** A session's client is too slow. */
  onTooSlow: (session: EngineSession<D>) => void;
}

export class PacketSender<D> {
  readonly #parts: PacketSenderParts<D>;
  /** What was sent to all since it was looked how much waits. */
  #sentLength = 0;

  constructor(parts: PacketSenderParts<D>) {
    this.#parts = parts;
  }

  send(session: EngineSession<D>, packet: Packet): void {
    if (session.isClosed) return;
    this.#sentLength += lengthOf(packet);
    if (this.#sentLength > LOOK_EVERY) {
      this.#sentLength = 0;
      this.#endSlowest();
      if (session.isClosed) return;
    }
    const { polling, ping, onTooSlow } = this.#parts;
    if (session.record.transport === "polling") {
      polling.send(session, packet);
      if (session.waitingLength > WAITING_LENGTH) onTooSlow(session);
      return;
    }
    sendTo(session.sockets.transport, packet);
    const before = session.unconfirmed;
    session.unconfirmed += lengthOf(packet);
    const isTimeToConfirm = before <= CONFIRM_EVERY && session.unconfirmed > CONFIRM_EVERY;
    if (isTimeToConfirm && session.record.pongDueAt === 0) ping(session);
    else if (session.unconfirmed > WAITING_LENGTH) onTooSlow(session);
  }

  /** Ends the sessions that the most waits for, until the rest is bearable: their clients read the slowest. */
  #endSlowest(): void {
    const sessions = [...this.#parts.sessions.values()];
    let all = sessions.reduce((sum, { pendingLength }) => sum + pendingLength, 0);
    if (all <= ALL_WAITING_LENGTH) return;
    for (const session of sessions.toSorted((a, b) => b.pendingLength - a.pendingLength)) {
      all -= session.pendingLength;
      this.#parts.onTooSlow(session);
      if (all <= ALL_WAITING_LENGTH / 2) return;
    }
  }
}
