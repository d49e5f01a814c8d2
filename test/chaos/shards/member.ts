/** One who uses Lilypad through the project's own client: writes and reads until it is acknowledged, and believes what their tab shows. */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { createClient, type Client, type PresenceClient } from "../../../src/client/client.ts";
import type { Message } from "../../../src/protocol/model.ts";
import type { ReadState } from "../../../src/protocol/http.ts";
import { ask } from "../support/ask.ts";
import type { Bell } from "../support/bell.ts";
import type { Person } from "../support/people.ts";
import type { Server } from "../support/server.ts";

/** Between two tries of what was not acknowledged. */
const RETRY_MS = 50;

/** Node's own may stay in `connecting` for many seconds where it came in the moment that the process was killed. */
class PromptSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    // `close` follows, and says all that is needed.
    this.on("error", () => {});
  }
}
Object.assign(globalThis, { WebSocket: PromptSocket });

export class Member {
  readonly person: Person;
  readonly tab: PresenceClient;
  readonly #server: Server;
  readonly #client: Client;
  /** How often something had to be tried again. */
  retries = 0;
  /** How often the tab was connected. */
  connects = 0;
  /** How often the tab was told that somebody went offline. */
  offlines = 0;

  constructor(person: Person, server: Server, bell: Bell) {
    this.person = person;
    this.#server = server;
    this.#client = createClient({ url: server.url, getToken: () => person.token, outboxStorage: null });
    this.tab = this.#client.presence();
    let before = this.tab.getSnapshot();
    this.tab.subscribe((state) => {
      if (state.connection === "open" && before.connection !== "open") this.connects++;
      for (const [userId, { status }] of Object.entries(state.presence))
        if (status === "offline" && before.presence[userId]?.status === "online") this.offlines++;
      before = state;
      bell.ring();
    });
  }

  get id(): string {
    return this.person.user.id;
  }

  /** Writes, once, whatever gets lost on the way; resolves to its seq. */
  async say(threadId: string, body: string): Promise<number> {
    const message = { id: crypto.randomUUID(), body };
    const path = `/api/threads/${threadId}/messages`;
    return (await this.#persist<Message>("POST", path, message)).seq;
  }

  /** Reads up to here; resolves to where the marker is then promised to be. */
  async read(threadId: string, seq: number): Promise<number> {
    return (await this.#persist<ReadState>("PUT", `/api/threads/${threadId}/read`, { seq })).readSeq;
  }

  close(): void {
    this.#client.close();
  }

  async #persist<T>(method: "POST" | "PUT", path: string, body: object): Promise<T> {
    for (;;) {
      try {
        return await ask<T>(this.#server, this.person, method, path, body);
      } catch {
        this.retries++;
        await sleep(RETRY_MS);
      }
    }
  }
}
