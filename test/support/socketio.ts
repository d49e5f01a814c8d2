/** A Socket.IO client for tests in workerd: it speaks the protocols itself, so that a test sees and sends any packet. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { z } from "zod";
import { ORIGIN, type Person } from "./host-users.ts";
import { WAIT_LIMIT_MS } from "./wait-limit.ts";

const ENGINE = `${ORIGIN}/socket.io/?EIO=4`;

/** A request of Engine.IO. */
export function engineFetch(query: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`${ENGINE}&${query}`, init));
}

/** The shard of a session. */
export function socketIoStub(sid: string) {
  return env.SOCKET_IO.get(env.SOCKET_IO.idFromName(`shard-${Number.parseInt(sid.slice(0, 1), 36)}`));
}

/** The rows of the sessions at a connection's shard, as text. */
export function storedSessions({ sid }: { sid: string }): Promise<string> {
  return runInDurableObject(socketIoStub(sid), (_instance, { storage }) =>
    JSON.stringify(storage.sql.exec("SELECT * FROM sessions").toArray()),
  );
}

/** What each socket of a session is to it. */
export function rolesOf(sid: string): Promise<string[]> {
  return runInDurableObject(socketIoStub(sid), (_instance, ctx) => {
    const attachments = ctx.getWebSockets().map((socket) => attachment.parse(socket.deserializeAttachment()));
    return attachments.flatMap((one) => (one?.record.sid === sid ? one.role : []));
  });
}

const attachment = z.object({ role: z.string(), record: z.object({ sid: z.string() }) }).nullable();

export class SocketIoTestSocket {
  /** Every frame so far, pings aside, which are answered. */
  readonly frames: string[] = [];
  readonly closed: Promise<void>;
  sid = "";
  /** What CONNECT was answered with: the Socket.IO id, and the secret for coming back. */
  ids = { sid: "", pid: "" };
  answersPings = true;
  #taken = 0;
  #ackId = 0;
  readonly #raw: WebSocket;
  readonly #wake = new Set<() => void>();

  private constructor(raw: WebSocket) {
    this.#raw = raw;
    this.closed = new Promise((resolve) => {
      raw.addEventListener("close", () => resolve());
    });
    raw.addEventListener("message", ({ data }) => {
      const frame = String(data);
      if (frame === "2" && this.answersPings) raw.send("3");
      else this.frames.push(frame);
      for (const wake of this.#wake) wake();
    });
    raw.accept();
  }

  /** Opens a session over a WebSocket. */
  static async open(headers: Record<string, string> = {}): Promise<SocketIoTestSocket> {
    const response = await engineFetch("transport=websocket", {
      headers: { upgrade: "websocket", ...headers },
    });
    if (!response.webSocket) throw new Error(`it was answered ${response.status}: ${await response.text()}`);
    const socket = new SocketIoTestSocket(response.webSocket);
    const handshake = await socket.next((frame) => frame.startsWith("0"));
    socket.sid = (JSON.parse(handshake.slice(1)) as { sid: string }).sid;
    return socket;
  }

  /** Opens a WebSocket for a polling session, as one that upgrades does. */
  static async probe(sid: string, headers: Record<string, string> = {}): Promise<SocketIoTestSocket> {
    const response = await engineFetch(`transport=websocket&sid=${sid}`, {
      headers: { upgrade: "websocket", ...headers },
    });
    if (!response.webSocket) throw new Error(`it was answered ${response.status}`);
    return new SocketIoTestSocket(response.webSocket);
  }

  /** Opens a session and connects as this user; with what a lost one had, to recover it. */
  static async connect(
    who: Pick<Person, "token">,
    lost: { pid?: string; offset?: string | undefined } = {},
    headers: Record<string, string> = {},
  ): Promise<SocketIoTestSocket> {
    const socket = await SocketIoTestSocket.open(headers);
    await socket.signIn(who, lost);
    return socket;
  }

  /** Connects as this user. */
  async signIn(
    who: Pick<Person, "token">,
    lost: { pid?: string; offset?: string | undefined } = {},
  ): Promise<void> {
    this.send(`40${JSON.stringify({ token: who.token, ...lost })}`);
    const connected = await this.next((frame) => frame.startsWith("40"));
    this.ids = JSON.parse(connected.slice(2)) as { sid: string; pid: string };
  }

  /** The offset of the newest event. */
  get offset(): string | undefined {
    const newest = this.frames.findLast((frame) => frame.startsWith("42["));
    return newest === undefined ? undefined : (JSON.parse(newest.slice(2)) as string[]).at(-1);
  }

  /** What it comes back with. */
  get lost(): { pid: string; offset?: string } {
    return { pid: this.ids.pid, ...(this.offset !== undefined && { offset: this.offset }) };
  }

  send(frame: string | ArrayBuffer): void {
    this.#raw.send(frame);
  }

  close(): void {
    this.#raw.close(1000);
  }

  /** Emits an event and resolves with its acknowledgement. */
  async ask<T>(name: string, input: unknown): Promise<T> {
    const id = this.#ackId++;
    this.send(`42${id}${JSON.stringify([name, input])}`);
    const frame = await this.#until(() => this.frames.find((one) => one.startsWith(`43${id}[`)), name);
    return (JSON.parse(frame.slice(`43${id}`.length)) as [T])[0];
  }

  /** The next frame that matches; those before it are skipped. */
  next(matches: (frame: string) => boolean): Promise<string> {
    return this.#until(() => {
      for (let i = this.#taken; i < this.frames.length; i++) {
        const frame = this.frames[i];
        if (frame === undefined || !matches(frame)) continue;
        this.#taken = i + 1;
        return frame;
      }
      return undefined;
    }, "a frame");
  }

  /** What comes with the next event of this name. */
  async nextEvent<T>(name: string): Promise<T> {
    const start = `42["${name}",`;
    const frame = await this.next((one) => one.startsWith(start));
    return (JSON.parse(frame.slice(2)) as [string, T])[1];
  }

  /** What came with each event of this name so far. */
  events<T>(name: string): T[] {
    const start = `42["${name}",`;
    const found = this.frames.filter((frame) => frame.startsWith(start));
    return found.map((frame) => (JSON.parse(frame.slice(2)) as [string, T])[1]);
  }

  async #until(look: () => string | undefined, what: string): Promise<string> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error(`waited for ${what}; saw ${this.frames.join("\n").slice(0, 2000)}`)),
      WAIT_LIMIT_MS,
    );
    try {
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake.add(resolve);
        await Promise.race([promise, deadline.promise]);
        this.#wake.delete(resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A Socket.IO session over long polling, of which a test makes each request. */
export class PollingSession {
  readonly sid: string;
  /** Everything that polls brought. */
  readonly received: string[] = [];
  readonly #query: string;

  private constructor(sid: string) {
    this.sid = sid;
    this.#query = `transport=polling&sid=${sid}`;
  }

  /** Opens a session. */
  static async open(headers: Record<string, string> = {}): Promise<PollingSession> {
    const opened = await (await engineFetch("transport=polling", { headers })).text();
    return new PollingSession((JSON.parse(opened.slice(1)) as { sid: string }).sid);
  }

  /** Opens a session and connects as this user. */
  static async connect(who: Person): Promise<PollingSession> {
    const session = await PollingSession.open();
    await session.post(`40${JSON.stringify({ token: who.token })}`);
    await session.until((packets) => packets.startsWith("4"));
    if (!session.received[0]?.startsWith("40{")) throw new Error(`refused: ${session.received.join()}`);
    return session;
  }

  post(body: string): Promise<Response> {
    return engineFetch(this.#query, { method: "POST", body });
  }

  emit(name: string, input: unknown): Promise<Response> {
    return this.post(`42${JSON.stringify([name, input])}`);
  }

  /** The body of the answer to a poll. */
  async poll(): Promise<string> {
    const text = await (await engineFetch(this.#query)).text();
    this.received.push(text);
    return text;
  }

  /** Polls until all that it brought matches. */
  async until(matches: (packets: string) => boolean): Promise<void> {
    while (!matches(this.received.join("\n"))) await this.poll();
  }

  /** Opens the WebSocket of an upgrade, which the server has answered. */
  async probe(): Promise<WebSocket> {
    const response = await engineFetch(`transport=websocket&sid=${this.sid}`, {
      headers: { upgrade: "websocket" },
    });
    const { webSocket } = response;
    if (!webSocket) throw new Error(`the probe was answered ${response.status}`);
    const probed = new Promise((resolve) => {
      webSocket.addEventListener("message", resolve, { once: true });
    });
    webSocket.accept();
    webSocket.send("2probe");
    await probed;
    return webSocket;
  }

  /** Closes the session. */
  async end(): Promise<void> {
    await this.post("1");
  }
}
