/**
 * Socket.IO 5 over Engine.IO: connecting to a namespace and disconnecting from it, events and acknowledgements. Who may
 * connect, and what an event does, its user decides.
 */
import type { Engine } from "../engine/engine.ts";
import type { Packet } from "../engine/packets.ts";
import type { EngineSession } from "../engine/engine-session.ts";
import { decodePacket, encodePacket, TYPE, type SocketIoPacket } from "./packet.ts";

/** What is kept of a session for this layer. */
export interface ConnectedNamespaces {
  /** The id that the client got in each namespace that it is connected to. */
  namespaces: Record<string, string>;
}

/** Refuses a connection: `connect_error` with this. */
export interface ConnectError {
  message: string;
  data?: unknown;
}

/** An event of a client, and how it is acknowledged. */
export interface IncomingEvent {
  namespace: string;
  name: string | number;
  args: unknown[];
  /** Acknowledges, the first time that it is called. Undefined where the client asks for no acknowledgement. */
  acknowledge: ((args: unknown[], attachments?: readonly ArrayBuffer[]) => void) | undefined;
  /** Whether its client is still connected, and has not connected anew meanwhile. */
  isCurrent: () => boolean;
  /** Binary attachments, whose places in `args` are `{ _placeholder: true, num }`. */
  attachments: ArrayBuffer[];
}

export interface NamespacesOptions<D> {
  engine: () => Pick<Engine<D>, "send" | "close" | "abort" | "save">;
  /** How long a client may take to connect to a namespace. */
  connectTimeoutMs: number;
  /**
   * Most packets of a connection that do nothing: a CONNECT that is refused, an acknowledgement that nobody asked for, a
   * DISCONNECT of what is not connected. One with more is closed.
   */
  idlePackets: number;
  /** Most attachments of an event. */
  attachments: number;
  has: (namespace: string) => boolean;
  /** Resolves with the id of the connection and what is sent with it, or why it is refused. */
  connect: (
    session: EngineSession<D>,
    namespace: string,
    auth: Record<string, unknown> | undefined,
  ) => Promise<{ sid: string; pid?: string } | ConnectError>;
  /** The client was sent that it is connected. */
  onConnected: (
    session: EngineSession<D>,
    namespace: string,
    auth: Record<string, unknown> | undefined,
  ) => void;
  onDisconnected: (session: EngineSession<D>, namespace: string) => void;
  /** Sends an event, where there is more to it than its packet. */
  sendEvent?: (session: EngineSession<D>, data: [name: string, ...args: unknown[]]) => void;
  onEvent: (session: EngineSession<D>, event: IncomingEvent) => void;
}

interface Reassembly {
  packet: SocketIoPacket;
  attachments: ArrayBuffer[];
}

export class Namespaces<D extends ConnectedNamespaces> {
  readonly #options: NamespacesOptions<D>;
  readonly #connecting = new WeakMap<EngineSession<D>, Set<string>>();
  readonly #incomplete = new WeakMap<EngineSession<D>, Reassembly>();
  readonly #timers = new WeakMap<EngineSession<D>, ReturnType<typeof setTimeout>>();
  readonly #idlePackets = new WeakMap<EngineSession<D>, number>();

  constructor(options: NamespacesOptions<D>) {
    this.#options = options;
  }

  /** A session was opened, or its client has disconnected: it is closed unless its client connects to a namespace. */
  opened(session: EngineSession<D>): void {
    this.#stopTimer(session);
    const timer = setTimeout(() => {
      if (Object.keys(session.data.namespaces).length === 0) this.#options.engine().close(session);
    }, this.#options.connectTimeoutMs);
    this.#timers.set(session, timer);
  }

  closed(session: EngineSession<D>): void {
    this.#stopTimer(session);
  }

  /** A message of Engine.IO came. */
  receive(session: EngineSession<D>, message: Packet): void {
    const incomplete = this.#incomplete.get(session);
    if (typeof message !== "string") {
      if (!incomplete) return this.#abort(session);
      incomplete.attachments.push(message);
      if (incomplete.attachments.length < (incomplete.packet.attachments ?? 0)) return;
      this.#incomplete.delete(session);
      return this.#take(session, incomplete.packet, incomplete.attachments);
    }
    const packet = incomplete ? undefined : decodePacket(message);
    if (!packet || (packet.attachments ?? 0) > this.#options.attachments) return this.#abort(session);
    // Nothing is kept for whoever is not signed in.
    if (packet.attachments && !this.#isConnected(session, packet.namespace)) return this.#abort(session);
    if (packet.attachments) this.#incomplete.set(session, { packet, attachments: [] });
    else this.#take(session, packet, []);
  }

  /** Emits an event. */
  emit(session: EngineSession<D>, namespace: string, ...data: [name: string, ...args: unknown[]]): void {
    if (this.#options.sendEvent) this.#options.sendEvent(session, data);
    else this.#send(session, { type: TYPE.event, namespace, data });
  }

  /** Disconnects a client from a namespace, so that it does not come back by itself. */
  disconnect(session: EngineSession<D>, namespace: string): void {
    if (!this.#leave(session, namespace)) return;
    this.#send(session, { type: TYPE.disconnect, namespace });
  }

  #take(session: EngineSession<D>, packet: SocketIoPacket, attachments: ArrayBuffer[]): void {
    const { type, namespace, data, id } = packet;
    const isConnected = this.#isConnected(session, namespace);
    if (type === TYPE.connect) {
      const auth = data as Record<string, unknown> | undefined;
      if (isConnected || this.#connecting.get(session)?.has(namespace)) return this.#abort(session);
      void this.#connect(session, namespace, auth);
      return;
    }
    if (!isConnected) {
      // Refused, or still being decided: it could not know.
      if (type !== TYPE.disconnect) return this.#abort(session);
      return this.#countIdle(session);
    }
    if (type === TYPE.disconnect) this.#leave(session, namespace);
    else if (type === TYPE.ack || type === TYPE.binaryAck) this.#countIdle(session);
    else if (type === TYPE.event || type === TYPE.binaryEvent) {
      const [name, ...args] = data as [string | number, ...unknown[]];
      const { [namespace]: connection } = session.data.namespaces;
      const isCurrent = () => !session.isOver && session.data.namespaces[namespace] === connection;
      const acknowledge =
        id === undefined ? undefined : this.#acknowledgement(session, namespace, id, isCurrent);
      this.#options.onEvent(session, { namespace, name, args, acknowledge, isCurrent, attachments });
    }
  }

  async #connect(
    session: EngineSession<D>,
    namespace: string,
    auth: Record<string, unknown> | undefined,
  ): Promise<void> {
    if (!this.#options.has(namespace))
      return this.#refuse(session, namespace, { message: "Invalid namespace" });
    const connecting = this.#connecting.get(session) ?? new Set();
    this.#connecting.set(session, connecting.add(namespace));
    const answer = await this.#options.connect(session, namespace, auth);
    connecting.delete(namespace);
    if (session.isOver) return;
    if ("message" in answer) return this.#refuse(session, namespace, answer);
    this.#stopTimer(session);
    session.data.namespaces[namespace] = answer.sid;
    this.#options.engine().save(session);
    this.#send(session, { type: TYPE.connect, namespace, data: answer });
    this.#options.onConnected(session, namespace, auth);
  }

  #refuse(session: EngineSession<D>, namespace: string, data: ConnectError): void {
    this.#send(session, { type: TYPE.connectError, namespace, data });
    this.#countIdle(session);
  }

  #countIdle(session: EngineSession<D>): void {
    const count = (this.#idlePackets.get(session) ?? 0) + 1;
    this.#idlePackets.set(session, count);
    if (count > this.#options.idlePackets) this.#options.engine().close(session);
  }

  #leave(session: EngineSession<D>, namespace: string): boolean {
    if (!Object.hasOwn(session.data.namespaces, namespace)) return false;
    delete session.data.namespaces[namespace];
    this.#options.engine().save(session);
    this.#options.onDisconnected(session, namespace);
    // It may connect again: as any that was just opened.
    this.opened(session);
    return true;
  }

  #acknowledgement(session: EngineSession<D>, namespace: string, id: number, isCurrent: () => boolean) {
    let isOpen = true;
    return (data: unknown[], attachments: readonly ArrayBuffer[] = []) => {
      if (!isOpen || !isCurrent()) return;
      isOpen = false;
      if (attachments.length === 0) this.#send(session, { type: TYPE.ack, namespace, id, data });
      else this.sendBinary(session, { type: TYPE.binaryAck, namespace, id, data }, attachments);
    };
  }

  /** Sends a packet whose data names attachments by `{ _placeholder: true, num }`. */
  sendBinary(session: EngineSession<D>, packet: SocketIoPacket, attachments: readonly ArrayBuffer[]): void {
    this.#send(session, { ...packet, attachments: attachments.length });
    for (const attachment of attachments) this.#options.engine().send(session, attachment);
  }

  #isConnected({ data }: EngineSession<D>, namespace: string): boolean {
    return Object.hasOwn(data.namespaces, namespace);
  }

  #send(session: EngineSession<D>, packet: SocketIoPacket): void {
    this.#options.engine().send(session, encodePacket(packet));
  }

  #stopTimer(session: EngineSession<D>): void {
    const timer = this.#timers.get(session);
    if (timer !== undefined) clearTimeout(timer);
  }

  /** The client broke the protocol. */
  #abort(session: EngineSession<D>): void {
    this.#options.engine().abort(session);
  }
}
