/** The polling transport: what waits for a session's next poll, and the poll that waits for something. */
import { sendTo, type EngineSockets } from "./engine-sockets.ts";
import { encodePayload, PACKET_TYPE, type Packet } from "./packets.ts";
import type { EngineSession } from "./engine-session.ts";

/** How long a poll of a client that is about to upgrade waits for packets. */
const NOOP_MS = 100;
/** How long a session that ended is known to the poll that comes after. */
const ENDED_MS = 5_000;

export interface PollingOptions<D> {
  sockets: EngineSockets<D>;
  /** How long a client may take between two polls. */
  pollWithinMs: number;
  /** It took longer. */
  onLost: (session: EngineSession<D>) => void;
}

export class Polling<D> {
  readonly #options: PollingOptions<D>;
  /** Sessions that ended between two polls: the answer of the next one. */
  readonly #ended = new Map<string, { session: EngineSession<D>; answer: string }>();

  constructor(options: PollingOptions<D>) {
    this.#options = options;
  }

  /** The answer to a poll of a session that ended before it. */
  takeEnded(sid: string): string | undefined {
    const answer = this.#ended.get(sid)?.answer;
    this.#ended.delete(sid);
    return answer;
  }

  /** A session that ended, and whose next poll is still to be answered. */
  ended(sid: string): EngineSession<D> | undefined {
    return this.#ended.get(sid)?.session;
  }

  /** A poll came: what waits for it, or the socket on which it is answered. */
  poll(session: EngineSession<D>): string | Response {
    if (session.waiting.length > 0) {
      this.expectPoll(session);
      return encodePayload(session.takeWaiting());
    }
    const { socket, response } = this.#options.sockets.accept();
    session.stopTimer();
    this.#options.sockets.attach(socket, session, "poll");
    if (session.isProbed) this.endForUpgrade(session);
    return response;
  }

  /** Sends a packet: what is sent in one stretch goes together. */
  send(session: EngineSession<D>, packet: Packet): void {
    session.wait(packet);
    if (!session.sockets.poll || session.waiting.length > 1) return;
    queueMicrotask(() => {
      if (session.sockets.poll && session.waiting.length > 0) this.answer(session, session.takeWaiting());
    });
  }

  /** Answers the poll that waits, if one does. */
  answer(session: EngineSession<D>, answer: readonly Packet[]): void {
    const { poll } = session.sockets;
    if (!poll) return;
    sendTo(poll, encodePayload(answer));
    this.#options.sockets.close(poll);
    this.expectPoll(session);
  }

  /** Answers the poll that waits, or else the next one, with the last packet of a session. */
  answerLast(session: EngineSession<D>, last: Packet): void {
    const all = [...session.takeWaiting(), last];
    if (session.sockets.poll) return this.answer(session, all);
    this.#ended.set(session.sid, { session, answer: encodePayload(all) });
    setTimeout(() => this.#ended.delete(session.sid), ENDED_MS);
  }

  /** A client upgrades once its poll has ended. Not at once: it may be about to upgrade without one. */
  endForUpgrade(session: EngineSession<D>): void {
    const { poll } = session.sockets;
    if (!poll) return;
    setTimeout(() => {
      if (session.sockets.poll === poll) this.answer(session, [PACKET_TYPE.noop]);
    }, NOOP_MS);
  }

  /** A session ends if its client does not poll in time. Meanwhile no socket remembers it: the timer keeps the object awake. */
  expectPoll(session: EngineSession<D>): void {
    session.stopTimer();
    session.timer = setTimeout(() => this.#options.onLost(session), this.#options.pollWithinMs);
  }
}
