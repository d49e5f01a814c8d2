/**
 * A Worker in the server's own process with the sockets of a thread: they take no open file, so there can be more of them
 * than a process may open. One request opens them all, runs the loads, and returns the figures.
 */
const ORIGIN = "http://lilypad.local";
const OPENED_AT_ONCE = 50;

export default {
  async fetch(request, { LILYPAD }) {
    const { threadId, tokens, sockets, singleMessages, windows, seconds } = await request.json();
    const load = new ThreadLoad(LILYPAD, threadId, tokens);
    const startedAt = Date.now();
    await load.open(sockets);
    const openMs = Date.now() - startedAt;
    const singleMs = [];
    for (let i = 0; i < singleMessages; i++) singleMs.push(await load.send());
    const loads = [];
    for (const window of windows) loads.push({ window, ...(await load.run(window, seconds * 1000)) });
    return Response.json({ openMs, singleMs, loads, errorDetails: load.errorDetails });
  },
};

class ThreadLoad {
  errorDetails = [];
  #sockets = [];
  /** Per body in flight: how many sockets have still to receive it, and what to call then. */
  #inFlight = new Map();
  #number = 0;
  #deliveries = 0;

  constructor(lilypad, threadId, tokens) {
    this.lilypad = lilypad;
    this.url = `${ORIGIN}/api/threads/${threadId}/socket`;
    this.tokens = tokens;
  }

  async open(count) {
    const openSome = async () => {
      while (this.#sockets.length < count) {
        const index = this.#sockets.push(undefined) - 1;
        this.#sockets[index] = await this.#connect(this.tokens[index % this.tokens.length]);
      }
    };
    await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openSome));
  }

  /** Sends one message; resolves with the milliseconds until the last socket had it. */
  async send() {
    const body = `#${++this.#number}#`;
    const sentAt = Date.now();
    const delivered = new Promise((done) => this.#inFlight.set(body, { left: this.#sockets.length, done }));
    this.#sockets[this.#number % this.tokens.length].send(
      JSON.stringify({ type: "chat", id: crypto.randomUUID(), body }),
    );
    await delivered;
    this.#inFlight.delete(body);
    return Date.now() - sentAt;
  }

  /** Keeps `window` messages in flight for `ms` milliseconds. */
  async run(window, ms) {
    const startedAt = Date.now();
    const deliveriesBefore = this.#deliveries;
    let messages = 0;
    const sender = async () => {
      while (Date.now() - startedAt < ms) {
        await this.send();
        messages++;
      }
    };
    await Promise.all(Array.from({ length: window }, sender));
    const took = Date.now() - startedAt;
    return {
      messagesPerS: (messages * 1000) / took,
      deliveriesPerS: ((this.#deliveries - deliveriesBefore) * 1000) / took,
    };
  }

  async #connect(token) {
    const headers = { upgrade: "websocket", authorization: `Bearer ${token}` };
    const { webSocket, status } = await this.lilypad.fetch(this.url, { headers });
    if (!webSocket) throw new Error(`an upgrade was answered ${status}`);
    let rev = 0;
    webSocket.addEventListener("message", ({ data }) => {
      for (const [, text, body] of data.matchAll(/"type":"chat","rev":(\d+)[^#]*(#\d+#)/g)) {
        const next = Number(text);
        if (rev > 0 && next !== rev + 1) this.errorDetails.push(`rev ${next} came after ${rev}`);
        rev = next;
        this.#deliveries++;
        const message = this.#inFlight.get(body);
        if (message && --message.left === 0) message.done();
      }
    });
    webSocket.addEventListener("close", ({ code }) => this.errorDetails.push(`closed with ${code}`));
    webSocket.accept();
    return webSocket;
  }
}
