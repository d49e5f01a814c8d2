/** A user with the project's own client: a tab, and requests that are retried until they are acknowledged. */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { createClient, type Client, type PresenceClient } from "../../../src/client/client.ts";
import type { ReadState } from "../../../src/protocol/http.ts";
import type { Message } from "../../../src/protocol/model.ts";
import type { ChangeNotifier } from "../support/change-notifier.ts";
import { requestJson } from "../support/request-json.ts";
import type { Server } from "../support/server.ts";
import type { SignedInUser } from "../support/users.ts";

const RETRY_MS = 50;

/** Node's own WebSocket can stay in `connecting` for many seconds when the server is killed just then; `ws` fails at once. */
class FailFastWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    // `close` always follows and is handled.
    this.on("error", () => {});
  }
}
Object.assign(globalThis, { WebSocket: FailFastWebSocket });

export class ClientUser {
  readonly user: SignedInUser;
  readonly tab: PresenceClient;
  readonly #server: Server;
  readonly #client: Client;
  /** Requests that had to be sent again. */
  retries = 0;
  /** How often the tab connected. */
  connects = 0;
  /** How often the tab received that somebody went offline. */
  offlineEvents = 0;

  constructor(user: SignedInUser, server: Server, changes: ChangeNotifier) {
    this.user = user;
    this.#server = server;
    this.#client = createClient({ url: server.url, getToken: () => user.token, outboxStorage: null });
    this.tab = this.#client.presence();
    let before = this.tab.getSnapshot();
    this.tab.subscribe((state) => {
      if (state.connection === "open" && before.connection !== "open") this.connects++;
      for (const [userId, { status }] of Object.entries(state.presence))
        if (status === "offline" && before.presence[userId]?.status === "online") this.offlineEvents++;
      before = state;
      changes.notify();
    });
  }

  get id(): string {
    return this.user.id;
  }

  /** Sends a message once, with retries; resolves with its `seq`. */
  async send(threadId: string, body: string): Promise<number> {
    const message = { id: crypto.randomUUID(), body };
    const path = `/api/threads/${threadId}/messages`;
    return (await this.#requestWithRetries<Message>("POST", path, message)).seq;
  }

  /** Moves the read marker to `seq`; resolves with its acknowledged position. */
  async read(threadId: string, seq: number): Promise<number> {
    const path = `/api/threads/${threadId}/read`;
    return (await this.#requestWithRetries<ReadState>("PUT", path, { seq })).readSeq;
  }

  close(): void {
    this.#client.close();
  }

  async #requestWithRetries<T>(method: "POST" | "PUT", path: string, body: object): Promise<T> {
    for (;;) {
      try {
        return await requestJson<T>(this.#server, this.user, method, path, body);
      } catch {
        this.retries++;
        await sleep(RETRY_MS);
      }
    }
  }
}
