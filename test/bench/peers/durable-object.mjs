// A minimal chat in a Durable Object, without checks: the limit of the platform. As Lilypad, it broadcasts a lone message
// at once and batches those that arrive close together. `StoringRoom` also has each message in SQLite before anybody receives it.
import { DurableObject } from "cloudflare:workers";
import { roomAndUser } from "./announce.mjs";

/** How long after a batch of several messages further ones are batched. */
const BUSY_MS = 1_000;
/** The longest wait for a batch to become as large as recent ones. */
const BATCH_MS = 5;
/** How often a full batch waits a moment longer, to find out whether batches can be larger. */
const PROBE_INTERVAL_MS = 50;

export class Room extends DurableObject {
  #seq = 0;
  /** Messages to broadcast. */
  #messages = [];
  /** Acknowledgements to send, by socket. */
  #acks = new Map();
  #busyAt = 0;
  #expectedSize = 1;
  #probedAt = 0;
  #timer;
  /** The user of each socket, restored from the attachments after an eviction. */
  #users = new Map();

  constructor(ctx, env) {
    super(ctx, env);
    for (const socket of ctx.getWebSockets()) this.#users.set(socket, socket.deserializeAttachment());
  }

  fetch(request) {
    const { 0: client, 1: socket } = new WebSocketPair();
    const { user } = roomAndUser(request.url);
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
    this.#messages.push(message);
    const acks = this.#acks.get(socket);
    const ack = JSON.stringify({ type: "ack", id });
    if (acks) acks.push(ack);
    else this.#acks.set(socket, [ack]);
    const size = this.#messages.length;
    if (this.#timer === undefined && Date.now() - this.#busyAt >= BUSY_MS) this.#broadcast();
    else if (size < this.#expectedSize) this.#schedule(BATCH_MS);
    else if (size === this.#expectedSize) this.#batchIsFull();
  }

  /** The batch is as large as recent ones. */
  #batchIsFull() {
    const now = Date.now();
    if (now - this.#probedAt < PROBE_INTERVAL_MS) return this.#broadcast();
    this.#probedAt = now;
    this.#schedule(0, true);
  }

  webSocketClose(socket) {
    this.#users.delete(socket);
  }

  /** Called with the messages of a batch before they are broadcast. */
  store() {}

  #broadcast() {
    const messages = this.#messages;
    if (messages.length === 0) return;
    const isLone = messages.length === 1;
    if (!isLone) this.#busyAt = Date.now();
    this.#expectedSize = Math.max(messages.length, Math.floor(this.#expectedSize * 0.9));
    this.store(messages);
    const events = messages.map((message) => JSON.stringify({ type: "chat", message })).join(",");
    const frame = `[${events}]`;
    for (const socket of this.#users.keys()) {
      const acks = this.#acks.get(socket);
      try {
        socket.send(acks ? `[${events},${acks.join(",")}]` : frame);
      } catch {
        // The socket is closed.
      }
    }
    this.#messages = [];
    this.#acks.clear();
    this.#schedule(isLone ? 0 : BATCH_MS, true);
  }

  #schedule(ms, restart = false) {
    if (restart) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#broadcast();
    }, ms);
  }
}

export class StoringRoom extends Room {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS messages (seq INTEGER PRIMARY KEY, id TEXT, author TEXT, body TEXT, at INTEGER)",
    );
  }

  // One commit. Until it is on disk, the platform holds back every frame that is sent after it.
  store(messages) {
    for (const { seq, id, author, body, at } of messages)
      this.ctx.storage.sql.exec("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", seq, id, author.id, body, at);
  }
}

export default {
  fetch: (request, env) => env.ROOM.getByName(roomAndUser(request.url).room).fetch(request),
};
