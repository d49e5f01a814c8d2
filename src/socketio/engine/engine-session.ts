/** An Engine.IO session: one client's connection, over whichever transport it uses at the moment. */
import { lengthOf, type Packet } from "./packets.ts";

export type Transport = "polling" | "websocket";

/**
 * What a socket is to its session: its transport; a poll that waits for packets, whose request the Worker holds; or a
 * WebSocket that a polling client may upgrade to.
 */
export type SocketRole = "transport" | "poll" | "probe";

/** What is kept of a session in the attachments of its sockets, through an eviction. `D` is the layer's above. */
export interface EngineSessionRecord<D> {
  sid: string;
  transport: Transport;
  /** When the next ping is due, in milliseconds since the epoch. */
  pingDueAt: number;
  /** When the pong to the last one is due; 0 where it has come. */
  pongDueAt: number;
  /** It is to be closed as soon as its client sends something. */
  isClosing: boolean;
  data: D;
}

export class EngineSession<D> {
  readonly record: EngineSessionRecord<D>;
  readonly sockets: Partial<Record<SocketRole, WebSocket>> = {};
  /** The client has sent its probe, and is about to upgrade. */
  isProbed = false;
  /** What was sent since the last pong, in UTF-16 units or bytes: how much may wait for a slow reader. */
  unconfirmed = 0;
  /** Packets since the last ping, messages aside. */
  packetsSincePing = 0;
  isClosed = false;
  /** Runs between two polls. */
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Runs while a probe is open. */
  probeTimer: ReturnType<typeof setTimeout> | undefined;
  #waiting: Packet[] = [];
  #waitingLength = 0;

  constructor(record: EngineSessionRecord<D>) {
    this.record = record;
  }

  get sid(): string {
    return this.record.sid;
  }

  get data(): D {
    return this.record.data;
  }

  /** It has ended, or is about to. */
  get isOver(): boolean {
    return this.isClosed || this.record.isClosing;
  }

  /** What the next poll brings. */
  get waiting(): readonly Packet[] {
    return this.#waiting;
  }

  /** How long that is, in UTF-16 units or bytes. */
  get waitingLength(): number {
    return this.#waitingLength;
  }

  /** What memory may hold for its client, in UTF-16 units or bytes: it waits, or was not confirmed to be read. */
  get pendingLength(): number {
    return this.#waitingLength + this.unconfirmed;
  }

  wait(packet: Packet): void {
    this.#waiting.push(packet);
    this.#waitingLength += lengthOf(packet);
  }

  takeWaiting(): Packet[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingLength = 0;
    return waiting;
  }

  stopTimer(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
  }

  stopProbeTimer(): void {
    if (this.probeTimer !== undefined) clearTimeout(this.probeTimer);
    this.probeTimer = undefined;
  }
}
