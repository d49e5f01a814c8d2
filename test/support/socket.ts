/** A WebSocket client for tests, which await its events. */
import { exports } from "cloudflare:workers";
import type { PresenceEvent, ThreadEvent } from "../../src/protocol/events.ts";
import { SUBPROTOCOL } from "../../src/protocol/subprotocol.ts";
import { ORIGIN, type Person } from "./host-users.ts";
import { WAIT_LIMIT_MS } from "./wait-limit.ts";

type Typed = { type: string };
type OfType<E extends Typed, T extends E["type"]> = Extract<E, { type: T }>;

export class TestSocket<E extends Typed = ThreadEvent> {
  /** Every event so far, in order. */
  readonly events: E[] = [];
  /** Every text frame so far. */
  readonly frames: string[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #taken = 0;
  #wake = new Set<() => void>();

  constructor(
    readonly raw: WebSocket,
    readonly protocol: string | null,
  ) {
    this.closed = new Promise((resolve) => {
      raw.addEventListener("close", (event) => resolve({ code: event.code, reason: event.reason }));
    });
    raw.addEventListener("message", ({ data }) => {
      const text = String(data);
      this.frames.push(text);
      if (text.startsWith("[")) this.events.push(...(JSON.parse(text) as E[]));
      for (const wake of this.#wake) wake();
    });
    raw.accept();
  }

  /** The next event in order. With a type, the next of that type; those before it are skipped. */
  next(): Promise<E>;
  next<T extends E["type"]>(type: T, matches?: (event: OfType<E, T>) => boolean): Promise<OfType<E, T>>;
  next(type?: E["type"], matches: (event: never) => boolean = () => true): Promise<E> {
    return this.#until(
      () => {
        for (let i = this.#taken; i < this.events.length; i++) {
          const event = this.events[i];
          if (event && (type === undefined || event.type === type) && matches(event as never)) {
            this.#taken = i + 1;
            return event;
          }
        }
        return undefined;
      },
      `an event ${type ?? ""}`,
    );
  }

  /** The first text frame that holds no events, which is a `pong`, after the first `after` frames. */
  pong(after = 0): Promise<string> {
    return this.#until(() => this.frames.slice(after).find((frame) => !frame.startsWith("[")), "pong");
  }

  /** Sends a command as JSON; a string or a buffer as it is. */
  send(command: unknown): void {
    this.raw.send(
      typeof command === "string" || command instanceof ArrayBuffer ? command : JSON.stringify(command),
    );
  }

  /** Sends a command that has an id, in one frame after others if there are any. Resolves with its ack or error. */
  async ask(command: { id: string; [key: string]: unknown }, after: readonly unknown[] = []): Promise<E> {
    this.send(after.length > 0 ? [...after, command] : command);
    return this.#until(
      () =>
        this.events.find(
          (event) =>
            (event.type === "ack" || event.type === "error") && (event as { id?: string }).id === command.id,
        ),
      `an answer to ${command.id}`,
    );
  }

  close(code = 1000): void {
    this.raw.close(code);
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      deadline.reject(new Error(`waited for ${what}; saw ${JSON.stringify(this.events).slice(0, 2000)}`));
    }, WAIT_LIMIT_MS);
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

/** Opens a socket at any path with any headers. Throws where the response is not 101. */
export async function upgrade<E extends Typed>(
  path: string,
  headers: Record<string, string>,
): Promise<TestSocket<E>> {
  const response = await exports.default.fetch(
    new Request(ORIGIN + path, { headers: { upgrade: "websocket", ...headers } }),
  );
  if (!response.webSocket) throw new Error(`upgrade answered ${response.status}: ${await response.text()}`);
  return new TestSocket<E>(response.webSocket, response.headers.get("sec-websocket-protocol"));
}

function headersOf(who: Person) {
  return { authorization: `Bearer ${who.token}`, "sec-websocket-protocol": SUBPROTOCOL };
}

/** A user's socket in a thread's room. */
export function openThread(who: Person, threadId: string, cursor?: string): Promise<TestSocket<ThreadEvent>> {
  return openRoom(who, threadId, cursor === undefined ? {} : { cursor });
}

/** The same for a client that declares that it acknowledges what it has received (`paced`). */
export function openThreadAcknowledging(
  who: Person,
  threadId: string,
  cursor?: string,
): Promise<TestSocket<ThreadEvent>> {
  return openRoom(who, threadId, { paced: "", ...(cursor !== undefined && { cursor }) });
}

function openRoom(who: Person, threadId: string, query: Record<string, string>) {
  return upgrade<ThreadEvent>(
    `/api/threads/${threadId}/socket?${new URLSearchParams(query)}`,
    headersOf(who),
  );
}

/** A user's presence socket. */
export function openPresence(who: Person): Promise<TestSocket<PresenceEvent>> {
  return upgrade<PresenceEvent>("/api/presence/socket", headersOf(who));
}
