// The least that a chat in a Durable Object can be: it checks nobody and stores nothing. What it does is what the
// platform allows; as Lilypad, it tells a lone message at once and gathers those that come close together.
import { DurableObject } from "cloudflare:workers";
import { visitor } from "./announce.mjs";

/** For so long after several came together, others are waited for. */
const BUSY_MS = 1_000;
/** As long as others are waited for, at most, until as many are here as came together lately. */
const GATHER_MS = 5;
/** So often it is waited, for a moment, to see whether more come than that. */
const LOOK_EVERY_MS = 50;

export class Room extends DurableObject {
  #seq = 0;
  #events = [];
  /** Answers, by the socket that waits for them. */
  #acks = new Map();
  #busyAt = 0;
  #expected = 1;
  #lookedAt = 0;
  #gathering;
  /** Who is behind each socket; after an eviction the sockets say it. */
  #users = new Map();

  constructor(ctx, env) {
    super(ctx, env);
    for (const socket of ctx.getWebSockets()) this.#users.set(socket, socket.deserializeAttachment());
  }

  fetch(request) {
    const { 0: client, 1: socket } = new WebSocketPair();
    const { user } = visitor(request.url);
    this.ctx.acceptWebSocket(socket);
    socket.serializeAttachment(user);
    this.#users.set(socket, user);
    socket.send(JSON.stringify([{ type: "welcome" }]));
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, text) {
    if (!text.startsWith("{")) return;
    const { type, id, body } = JSON.parse(text);
    if (type !== "chat") return;
    const message = { seq: ++this.#seq, id, author: this.#users.get(socket), body, at: Date.now() };
    this.#events.push(JSON.stringify({ type, message }));
    const acks = this.#acks.get(socket);
    const ack = JSON.stringify({ type: "ack", id });
    if (acks) acks.push(ack);
    else this.#acks.set(socket, [ack]);
    const here = this.#events.length;
    if (this.#gathering === undefined && Date.now() - this.#busyAt >= BUSY_MS) this.#tell();
    else if (here < this.#expected) this.#gather(GATHER_MS);
    else if (here === this.#expected) this.#complete();
  }

  /** As many are here as came together lately. */
  #complete() {
    const now = Date.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return this.#tell();
    this.#lookedAt = now;
    this.#gather(0, true);
  }

  webSocketClose(socket) {
    this.#users.delete(socket);
  }

  #tell() {
    if (this.#events.length === 0) return;
    const isLone = this.#events.length === 1;
    if (!isLone) this.#busyAt = Date.now();
    this.#expected = Math.max(this.#events.length, Math.floor(this.#expected * 0.9));
    const events = this.#events.join(",");
    const frame = `[${events}]`;
    for (const socket of this.#users.keys()) {
      const acks = this.#acks.get(socket);
      try {
        socket.send(acks ? `[${events},${acks.join(",")}]` : frame);
      } catch {
        // It is gone.
      }
    }
    this.#events = [];
    this.#acks.clear();
    this.#gather(isLone ? 0 : GATHER_MS, true);
  }

  #gather(ms, anew = false) {
    if (anew) clearTimeout(this.#gathering);
    else if (this.#gathering !== undefined) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      this.#tell();
    }, ms);
  }
}

export default {
  fetch: (request, env) => env.ROOM.getByName(visitor(request.url).room).fetch(request),
};
