/**
 * The sockets of an object. They outlive the object's memory (the Hibernation API keeps them through an eviction),
 * so what must be known of a socket is in its attachment, and a socket is identified by its own id, never by its user's.
 */
import { SUBPROTOCOL, PING, PONG } from "../protocol/subprotocol.ts";
import { SOCKETS_PER_USER } from "../protocol/limits.ts";
import { CLOSE, type CloseCode } from "../protocol/errors.ts";
import type { Caller } from "../rpc/caller.ts";
import { closeReason } from "./close-reason.ts";
import { jsonCodec, type Codec } from "./codec.ts";
import { SendBuffer } from "./send-buffer.ts";

/** What is known of a socket; at most a few hundred bytes (the platform allows 16,384). */
export interface ConnectionRecord {
  id: string;
  userId: string;
  /** Milliseconds since the epoch, both. */
  openedAt: number;
  expiresAt: number;
  /** Of the token or cookie that it was opened or last renewed with (rpc/revocation.ts). */
  issuedAt?: number | undefined;
  /** Of the cookie that it was opened with. */
  sessionId?: string | undefined;
  /** Commands refused in a row. */
  refused: number;
  /** Its client has promised to acknowledge what it received (flow control). */
  paced?: boolean;
  /** In a relay: the rev that its own welcome went up to. */
  from?: number;
  /** In a relay: the rev that was delivered to every socket; one of them keeps it for all, through an eviction. */
  passed?: number;
  /** It was closed, by either side; the platform may list it a while longer. */
  gone: boolean;
}

/** The closing codes that clients act on: sent in a `closing` event before the socket closes. */
const isAnnounced = (code: number) => code === CLOSE.restarting || (code >= 4000 && code < 4200);

export class Connections {
  readonly #ctx: DurableObjectState;
  readonly #codec: Codec;
  readonly #buffer: SendBuffer;
  /** Attachments as read; a cache of what the sockets themselves carry. */
  readonly #known = new WeakMap<WebSocket, ConnectionRecord>();
  /** The sockets that are not known to be gone, of each user: asking the runtime for all of them is expensive. */
  readonly #byUser = new Map<string, Set<WebSocket>>();
  #size = 0;
  /** When the last command came over a socket since this object woke: a client that forgets to ping is alive all the same. */
  readonly #heardAt = new WeakMap<WebSocket, number>();
  /** No session ends before. */
  #endsFrom = Infinity;
  /** Called once a socket is known to be gone. */
  onGone: (socket: WebSocket) => void = () => {};
  /** Called after a frame of this length, in UTF-16 units, was sent to a socket. */
  onSent: ((socket: WebSocket, length: number) => void) | undefined;

  constructor(ctx: DurableObjectState, codec: Codec = jsonCodec) {
    this.#ctx = ctx;
    this.#codec = codec;
    this.#buffer = new SendBuffer(codec);
    for (const socket of ctx.getWebSockets()) if (!this.of(socket).gone) this.#add(socket);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  /** Accepts a socket. The response goes to the client; what is sent to the socket before it returns arrives first. */
  accept(request: Request, caller: Caller, now: number): { socket: WebSocket; response: Response } {
    const { 0: client, 1: socket } = new WebSocketPair();
    this.#ctx.acceptWebSocket(socket);
    this.#write(socket, {
      id: crypto.randomUUID(),
      userId: caller.user.id,
      openedAt: now,
      expiresAt: caller.expiresAt,
      issuedAt: caller.issuedAt,
      sessionId: caller.sessionId,
      refused: 0,
      gone: false,
      paced: new URL(request.url).searchParams.has("paced"),
    });
    this.#add(socket);
    const headers = new Headers();
    if (request.headers.has("sec-websocket-protocol")) headers.set("sec-websocket-protocol", SUBPROTOCOL);
    return { socket, response: new Response(null, { status: 101, webSocket: client, headers }) };
  }

  of(socket: WebSocket): ConnectionRecord {
    let connection = this.#known.get(socket);
    if (!connection) {
      connection = socket.deserializeAttachment() as ConnectionRecord;
      this.#known.set(socket, connection);
    }
    return connection;
  }

  update(socket: WebSocket, change: Partial<ConnectionRecord>): void {
    const changed = { ...this.of(socket), ...change };
    this.#noteEnd(changed);
    this.#write(socket, changed);
  }

  /** Every open socket, or every open one of a user. */
  open(userId?: string): WebSocket[] {
    const sockets = userId === undefined ? [...this.all()] : [...(this.#byUser.get(userId) ?? [])];
    return sockets.filter((socket) => socket.readyState === WebSocket.OPEN);
  }

  /** The socket with this id, found by looking through all of them. */
  withId(id: string): WebSocket | undefined {
    for (const socket of this.all()) if (this.of(socket).id === id) return socket;
    return undefined;
  }

  /** How many sockets there are that are not known to be gone. */
  get size(): number {
    return this.#size;
  }

  /** Every socket that is not known to be gone, to send to all of them: what is sent to a broken one is dropped. */
  *all(): Iterable<WebSocket> {
    for (const sockets of this.#byUser.values()) yield* sockets;
  }

  /** Of a user with too many sockets, the one that was silent the longest; `newest` is never the one. */
  oneTooMany(userId: string, newest: WebSocket): WebSocket | undefined {
    const others = this.open(userId).filter((socket) => socket !== newest);
    if (others.length < SOCKETS_PER_USER) return undefined;
    return others.reduce((a, b) => (this.heardAt(b) < this.heardAt(a) ? b : a));
  }

  /** A command came over this socket. */
  heard(socket: WebSocket, now: number): void {
    this.#heardAt.set(socket, now);
  }

  /** When something last came over the socket, or else when it opened. Of the time before an eviction, pings alone count. */
  heardAt(socket: WebSocket): number {
    const ping = this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
    return Math.max(ping, this.#heardAt.get(socket) ?? 0, this.of(socket).openedAt);
  }

  /** Events as frames, serialized once for however many sockets they are sent to with `sendFrame`. */
  encode(events: readonly object[]): string[] {
    return this.#codec.encode(events);
  }

  /** The commands in a client's frame. Throws where it cannot be decoded (`Codec.decode`). */
  decode(frame: string | ArrayBuffer): unknown[] {
    return this.#codec.decode(frame);
  }

  /** Sends events to one socket. */
  send(socket: WebSocket, events: readonly object[]): void {
    for (const frame of this.encode(events)) this.sendFrame(socket, frame);
  }

  /** Sends an encoded frame. To a socket that broke meanwhile it is dropped. */
  sendFrame(socket: WebSocket, frame: string): void {
    this.#buffer.send(socket, frame);
    this.onSent?.(socket, frame.length);
  }

  /** Sends an encoded frame unless the socket's session is over: it may take a while until such a one is closed. */
  sendFrameInSession(socket: WebSocket, frame: string): void {
    if (this.of(socket).expiresAt > Date.now()) this.sendFrame(socket, frame);
  }

  /** Sends what the work sends when it is done, as few frames to each socket as it fits in. */
  coalesce<T>(work: () => T): T {
    return this.#buffer.coalesce(work);
  }

  /**
   * Closes a socket from the server's side, sending the reason first where the contract says so: a hibernatable socket
   * that is closed outside its own message handler fires the client's `close` event late. True if it was open.
   */
  close(socket: WebSocket, code: CloseCode, reason: string): boolean {
    const wasOpen = this.#remove(socket);
    if (wasOpen && isAnnounced(code)) this.send(socket, [{ type: "closing", code, reason }]);
    this.#buffer.flush(socket);
    try {
      socket.close(code, closeReason(reason));
    } catch {
      // Already closed.
    }
    return wasOpen;
  }

  /** Answers a client's close, which the platform does not do by itself. True the first time the socket is known to be gone. */
  answerClose(socket: WebSocket, code: number): boolean {
    const wasOpen = this.#remove(socket);
    try {
      // 1005 and 1006 say that there was no code, and may not be sent (RFC 6455, section 7.4.1).
      if (code === 1005) socket.close();
      else if (code !== 1006 && code !== 1015) socket.close(code);
    } catch {
      // Already closed, or a code that only the runtime may use.
    }
    return wasOpen;
  }

  /** Closes the sockets whose sessions have ended, and returns them. Looks at none before one has. */
  endSessions(now: number): WebSocket[] {
    if (now < this.#endsFrom) return [];
    const ends = Map.groupBy(this.open(), (socket) => this.of(socket).expiresAt <= now);
    const ended = ends.get(true) ?? [];
    this.#endsFrom = Infinity;
    for (const socket of ends.get(false) ?? []) this.#noteEnd(this.of(socket));
    for (const socket of ended) this.close(socket, CLOSE.unauthenticated, "the session ended");
    return ended;
  }

  /** When the next session ends, or undefined with no socket open. */
  nextSessionEnd(): number | undefined {
    const ends = this.open().map((socket) => this.of(socket).expiresAt);
    return ends.length > 0 ? ends.reduce((a, b) => Math.min(a, b)) : undefined;
  }

  #add(socket: WebSocket): void {
    const { userId } = this.of(socket);
    this.#size++;
    this.#noteEnd(this.of(socket));
    const sockets = this.#byUser.get(userId);
    if (sockets) sockets.add(socket);
    else this.#byUser.set(userId, new Set([socket]));
  }

  #noteEnd({ expiresAt }: ConnectionRecord): void {
    this.#endsFrom = Math.min(this.#endsFrom, expiresAt);
  }

  /** True the first time. */
  #remove(socket: WebSocket): boolean {
    const { gone, userId } = this.of(socket);
    if (gone) return false;
    this.update(socket, { gone: true });
    const sockets = this.#byUser.get(userId);
    if (sockets?.delete(socket)) this.#size--;
    if (sockets?.size === 0) this.#byUser.delete(userId);
    this.onGone(socket);
    return true;
  }

  #write(socket: WebSocket, connection: ConnectionRecord): void {
    this.#known.set(socket, connection);
    try {
      socket.serializeAttachment(connection);
    } catch {
      // A closed socket takes no attachment, and needs none.
    }
  }
}
