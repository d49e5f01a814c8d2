/**
 * A crowd inside the server's own process: sockets that take no file of the machine, so that a thread can have more of
 * them than a process may open. Answers one request: opens them all, has messages said, and tells when the last had each.
 */
const ORIGIN = "http://lilypad.local";
const AT_ONCE = 50;

export default {
  async fetch(request, { LILYPAD }) {
    const { threadId, tokens, sockets: wanted, singles, windows, seconds } = await request.json();
    const crowd = new Crowd(LILYPAD, threadId, tokens);
    const opening = Date.now();
    await crowd.open(wanted);
    const openMs = Date.now() - opening;
    const single = [];
    for (let i = 0; i < singles; i++) single.push(await crowd.say());
    const loads = [];
    for (const window of windows) loads.push({ window, ...(await crowd.load(window, seconds * 1000)) });
    return Response.json({ openMs, single, loads, complaints: crowd.complaints });
  },
};

class Crowd {
  complaints = [];
  #sockets = [];
  /** How many have each message yet to come, by its number, and whom to tell. */
  #waiting = new Map();
  #number = 0;
  #deliveries = 0;

  constructor(lilypad, threadId, tokens) {
    this.lilypad = lilypad;
    this.url = `${ORIGIN}/api/threads/${threadId}/socket`;
    this.tokens = tokens;
  }

  async open(wanted) {
    const opened = async () => {
      while (this.#sockets.length < wanted) {
        const place = this.#sockets.push(undefined) - 1;
        this.#sockets[place] = await this.#connect(this.tokens[place % this.tokens.length]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, opened));
  }

  /** One message; resolves with how long it took, in milliseconds, until the last socket had it. */
  async say() {
    const body = `#${++this.#number}#`;
    const said = Date.now();
    const all = new Promise((done) => this.#waiting.set(body, { left: this.#sockets.length, done }));
    this.#sockets[this.#number % this.tokens.length].send(
      JSON.stringify({ type: "chat", id: crypto.randomUUID(), body }),
    );
    await all;
    this.#waiting.delete(body);
    return Date.now() - said;
  }

  /** So many messages under way at once, for so long. */
  async load(window, ms) {
    const began = Date.now();
    const before = this.#deliveries;
    const times = [];
    const speaker = async () => {
      while (Date.now() - began < ms) times.push(await this.say());
    };
    await Promise.all(Array.from({ length: window }, speaker));
    const took = Date.now() - began;
    return {
      messagesPerS: (times.length * 1000) / took,
      deliveriesPerS: ((this.#deliveries - before) * 1000) / took,
    };
  }

  async #connect(token) {
    const headers = { upgrade: "websocket", authorization: `Bearer ${token}` };
    const { webSocket, status } = await this.lilypad.fetch(this.url, { headers });
    if (!webSocket) throw new Error(`a socket was answered ${status}`);
    let rev = 0;
    webSocket.addEventListener("message", ({ data }) => {
      for (const [, text, body] of data.matchAll(/"type":"chat","rev":(\d+)[^#]*(#\d+#)/g)) {
        const next = Number(text);
        if (rev > 0 && next !== rev + 1) this.complaints.push(`${next} came after ${rev}`);
        rev = next;
        this.#deliveries++;
        const message = this.#waiting.get(body);
        if (message && --message.left === 0) message.done();
      }
    });
    webSocket.addEventListener("close", ({ code }) => this.complaints.push(`closed with ${code}`));
    webSocket.accept();
    return webSocket;
  }
}
