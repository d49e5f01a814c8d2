/** The sockets of an engine, each of which belongs to a session: it keeps the session's record through an eviction. */
import { EngineSession, type EngineSessionRecord, type SocketRole } from "./engine-session.ts";
import type { Packet } from "./packets.ts";

interface Attachment<D> {
  role: SocketRole;
  record: EngineSessionRecord<D>;
}

export interface EngineSocketsOptions {
  hibernates: boolean;
  onMessage: (socket: WebSocket, message: string | ArrayBuffer) => void;
  onClose: (socket: WebSocket) => void;
}

export class EngineSockets<D> {
  readonly #ctx: DurableObjectState;
  readonly #options: EngineSocketsOptions;
  readonly #bySocket = new Map<WebSocket, { session: EngineSession<D>; role: SocketRole }>();

  constructor(ctx: DurableObjectState, options: EngineSocketsOptions) {
    this.#ctx = ctx;
    this.#options = options;
  }

  /** The session that a socket belongs to, and what it is to it. */
  of(socket: WebSocket): { session: EngineSession<D>; role: SocketRole } | undefined {
    return this.#bySocket.get(socket);
  }

  /** Accepts a socket. The response goes to whoever asked for it. */
  accept(): { socket: WebSocket; response: Response } {
    const { 0: client, 1: socket } = new WebSocketPair();
    if (this.#options.hibernates) this.#ctx.acceptWebSocket(socket);
    else {
      socket.binaryType = "arraybuffer";
      socket.accept();
      socket.addEventListener("message", ({ data }) =>
        this.#options.onMessage(socket, data as string | ArrayBuffer),
      );
      socket.addEventListener("close", () => this.#options.onClose(socket));
    }
    return { socket, response: new Response(null, { status: 101, webSocket: client }) };
  }

  /** A socket that is opened and closed at once. */
  refuse(): Response {
    const { 0: client, 1: socket } = new WebSocketPair();
    socket.accept();
    socket.close();
    return new Response(null, { status: 101, webSocket: client });
  }

  attach(socket: WebSocket, session: EngineSession<D>, role: SocketRole): void {
    session.sockets[role] = socket;
    this.#bySocket.set(socket, { session, role });
    this.#write(socket, session, role);
  }

  /** A socket is its session's no longer. */
  detach(socket: WebSocket): void {
    const known = this.#bySocket.get(socket);
    if (!known) return;
    this.#bySocket.delete(socket);
    delete known.session.sockets[known.role];
    // The platform may list it a while longer.
    if (this.#options.hibernates) socket.serializeAttachment(null);
  }

  /** Takes a socket from its session, and closes it. */
  close(socket: WebSocket | undefined): void {
    if (!socket) return;
    this.detach(socket);
    try {
      socket.close();
    } catch {
      // Already closed.
    }
  }

  /** What is kept of a session changed. */
  save(session: EngineSession<D>): void {
    for (const [role, socket] of Object.entries(session.sockets))
      this.#write(socket, session, role as SocketRole);
  }

  /** After an eviction: the sessions that sockets remember. */
  restore(): Map<string, EngineSession<D>> {
    const sessions = new Map<string, EngineSession<D>>();
    for (const socket of this.#ctx.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as Attachment<D> | null;
      if (!attachment) continue;
      const { role, record } = attachment;
      const session = sessions.get(record.sid) ?? new EngineSession<D>(record);
      sessions.set(record.sid, session);
      session.sockets[role] = socket;
      this.#bySocket.set(socket, { session, role });
    }
    return sessions;
  }

  /** What is kept of the session that a socket carried which closed while the object slept: the platform lists it no more. */
  takeForgotten(socket: WebSocket): EngineSessionRecord<D> | undefined {
    if (!this.#options.hibernates || this.#bySocket.has(socket)) return undefined;
    const attachment = socket.deserializeAttachment() as Attachment<D> | null;
    if (!attachment || attachment.role === "probe") return undefined;
    return attachment.record;
  }

  #write(socket: WebSocket, { record }: EngineSession<D>, role: SocketRole): void {
    if (this.#options.hibernates) socket.serializeAttachment({ role, record } satisfies Attachment<D>);
  }
}

/** Sends a packet. To a socket that broke meanwhile it is dropped: its close comes by itself. */
export function sendTo(socket: WebSocket | undefined, packet: Packet): void {
  try {
    socket?.send(packet);
  } catch {
    // It broke.
  }
}
