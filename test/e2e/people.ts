/** People of the started server: signed in with tokens such as a host application would make. */
import { SignJWT } from "jose";
import { WebSocket } from "ws";
import { inject } from "vitest";

export interface Person {
  id: string;
  token: string;
  call: (method: string, path: string, body?: unknown) => Promise<Response>;
}

/** A user whom Lilypad knows, valid for `seconds`. */
export async function person(name: string, seconds = 3600): Promise<Person> {
  const id = `${name.toLowerCase()}-${crypto.randomUUID()}`;
  const token = await new SignJWT({ name })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(id)
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(inject("authSecret")));
  const call: Person["call"] = (method, path, body) =>
    fetch(inject("url") + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const signedIn = await call("POST", "/api/session");
  if (signedIn.status !== 201) throw new Error(`sign-in answered ${signedIn.status}`);
  return { id, token, call };
}

export type Event = { type: string } & Record<string, unknown>;

/** How long an event may take before the test fails; only ever spent on failure. */
const PATIENCE_MS = 15_000;

/** A socket over a real network connection. */
export class RealSocket {
  readonly raw: WebSocket;
  readonly events: Event[] = [];
  readonly closed: Promise<{ code: number; afterMs: number }>;
  #closingAt = 0;
  #wake = new Set<() => void>();

  constructor(path: string, { token, protocol = "lilypad.v1" }: { token?: string; protocol?: string }) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.raw = new WebSocket(inject("url").replace("http", "ws") + path, protocol, { headers });
    this.closed = new Promise((resolve) => {
      this.raw.once("close", (code) => resolve({ code, afterMs: Date.now() - this.#closingAt }));
    });
    this.raw.on("error", () => undefined);
    this.raw.on("message", (data) => {
      const text = String(data);
      if (text.startsWith("[")) this.events.push(...(JSON.parse(text) as Event[]));
      for (const wake of this.#wake) wake();
    });
  }

  send(command: unknown): void {
    this.raw.send(typeof command === "string" ? command : JSON.stringify(command));
  }

  /** Closes from this side; `closed` then tells how long the server took to answer. */
  close(code?: number): void {
    this.#closingAt = Date.now();
    this.raw.close(code);
  }

  /** The first event of a type, now or later. */
  async event(type: string, matches: (event: Event) => boolean = () => true): Promise<Event> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.events.find((event) => event.type === type && matches(event));
      if (found) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake.add(resolve);
      deadline.addEventListener("abort", () => resolve());
      await promise;
      this.#wake.delete(resolve);
      if (deadline.aborted) throw new Error(`no ${type}; saw ${JSON.stringify(this.events).slice(0, 1500)}`);
    }
  }
}

/** A new group with these people in it; its id. */
export async function newGroup(owner: Person, ...others: Pick<Person, "id">[]): Promise<string> {
  const response = await owner.call("POST", "/api/threads", {
    kind: "group",
    memberIds: others.map(({ id }) => id),
  });
  if (response.status !== 201) throw new Error(`creating a thread answered ${response.status}`);
  return ((await response.json()) as { id: string }).id;
}
