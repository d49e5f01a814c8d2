/** A thread by the host's key, what is done in it, and what its webhooks are to say of that. */
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT } from "jose";
import type { Random } from "../support/random.ts";
import { SERVER_SECRET, type Server } from "../support/server.ts";
import type { SignedInUser } from "../support/users.ts";

/** What a thread was from its creation to its deletion. */
interface Life {
  expected: string[];
  isDeleted: boolean;
}

/** Between two tries while the process is down. */
const PAUSE_MS = 50;
/** Answers that say that it was done, by the try before: of a member, a message or a thread that is gone. */
const DONE = new Set([200, 201, 204, 404, 410]);

export class CheckedThread {
  id = "";
  readonly #server: Server;
  readonly #path: string;
  readonly #user: SignedInUser;
  readonly #guest: string;
  readonly #random: Random;
  readonly #lives: Life[] = [];
  #messages: { seq: number; isDeleted: boolean }[] = [];
  #isGuestIn = false;
  #edits = 0;

  /** `user` writes in it, `guest` is added and removed. */
  constructor(server: Server, key: string, users: { user: SignedInUser; guest: string }, random: Random) {
    this.#server = server;
    this.#path = `/api/threads/key:${key}`;
    this.#user = users.user;
    this.#guest = users.guest;
    this.#random = random;
  }

  /** Makes the thread, anew where it was deleted. */
  async create(): Promise<void> {
    const { id } = (await this.#asHost("PUT", "", {
      kind: "group",
      members: [{ id: this.#user.id }],
    })) as { id: string };
    this.id = id;
    this.#lives.push({ expected: ["thread.created"], isDeleted: false });
    this.#messages = [];
    this.#isGuestIn = false;
  }

  /** Does something that has a webhook. */
  async step(): Promise<void> {
    const there = this.#messages.filter(({ isDeleted }) => !isDeleted);
    const kind = this.#random.between(1, 10);
    if (kind <= 5 || there.length === 0) return this.#send();
    if (kind === 10) return this.#toggleGuest();
    const message = this.#random.pick(there);
    if (kind === 9) {
      await this.#asUser("DELETE", `/messages/${message.seq}`);
      message.isDeleted = true;
      return this.#expect(`message.deleted ${message.seq}`);
    }
    await this.#asUser("PATCH", `/messages/${message.seq}`, { body: `edit ${++this.#edits}` });
    this.#expect(`message.edited ${message.seq}`);
  }

  /** Deletes the thread, and makes it anew. */
  async deleteAndMakeAnew(): Promise<void> {
    await this.#asHost("DELETE", "");
    const life = this.#lives.at(-1);
    if (life) life.isDeleted = true;
    await this.create();
  }

  /** What is wrong with what the webhooks said so far, if anything: something is missing, or in the wrong place. */
  fault(received: readonly string[]): string | undefined {
    let at = 0;
    for (const { expected, isDeleted } of this.#lives) {
      const begun = at;
      while (at - begun < expected.length && received[at] === expected[at - begun]) at++;
      // What was pending when the thread was deleted is not sent, and its deletion is.
      const next = isDeleted ? "thread.deleted" : expected[at - begun];
      if (next === undefined) continue;
      if (received[at] !== next) return `event ${at} is ${received[at]}, not ${next}`;
      at++;
    }
    return at < received.length ? `event ${at} is ${received[at]}, after the last` : undefined;
  }

  async #send(): Promise<void> {
    const seq = this.#messages.length + 1;
    await this.#asUser("POST", "/messages", { id: `m${seq}`, body: `${seq}` });
    this.#messages.push({ seq, isDeleted: false });
    this.#expect(`message.created ${seq}`);
  }

  async #toggleGuest(): Promise<void> {
    await this.#asHost(this.#isGuestIn ? "DELETE" : "PUT", `/members/${this.#guest}`, {});
    this.#expect(`member.${this.#isGuestIn ? "removed" : "added"} ${this.#guest}`);
    this.#isGuestIn = !this.#isGuestIn;
  }

  #expect(what: string): void {
    this.#lives.at(-1)?.expected.push(what);
  }

  #asUser(method: string, path: string, body?: object): Promise<unknown> {
    return this.#untilDone(method, path, async () => this.#user.token, body);
  }

  #asHost(method: string, path: string, body?: object): Promise<unknown> {
    return this.#untilDone(method, path, hostToken, body);
  }

  /** Repeats a request until it is answered: each of them may be. */
  async #untilDone(
    method: string,
    path: string,
    token: () => Promise<string>,
    body?: object,
  ): Promise<unknown> {
    for (;;) {
      try {
        const response = await fetch(this.#server.url + this.#path + path, {
          method,
          headers: {
            authorization: `Bearer ${await token()}`,
            ...(body && method !== "DELETE" && { "content-type": "application/json" }),
          },
          ...(body && method !== "DELETE" && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (DONE.has(response.status)) return text === "" ? undefined : JSON.parse(text);
        // The object that answers was killed, or one that it needs.
        if (response.status < 500) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await sleep(PAUSE_MS);
    }
  }
}

function hostToken(): Promise<string> {
  return new SignJWT({ exp: Math.floor(Date.now() / 1000) + 60 })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(SERVER_SECRET));
}
