/** A user who subscribes to others' online status, and keeps every status received. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { UserPresence } from "../../../src/protocol/model.ts";
import type { ChangeNotifier } from "../support/change-notifier.ts";
import { requestJson } from "../support/request-json.ts";
import type { Server } from "../support/server.ts";
import type { SignedInUser } from "../support/users.ts";
import { WireSocket } from "../support/wire-socket.ts";

/** `offline` is sent five seconds after the last tab has closed. So much later is late, on a slow and busy machine too. */
const STATUS_TIMEOUT_MS = 120_000;

export type OnlineStatus = UserPresence["status"];

export interface ReceivedStatus {
  status: OnlineStatus;
  lastSeenAt: number | undefined;
  /** When it was received, milliseconds since the epoch. */
  at: number;
}

export class Subscriber {
  readonly user: SignedInUser;
  readonly #server: Server;
  readonly #changes: ChangeNotifier;
  readonly #received = new Map<string, ReceivedStatus[]>();
  #socket: WireSocket<PresenceEvent> | undefined;
  #isWelcomed = false;

  constructor(user: SignedInUser, server: Server, changes: ChangeNotifier) {
    this.user = user;
    this.#server = server;
    this.#changes = changes;
  }

  /** Connects and subscribes to these users; resolves with the first status of each. What was received before is dropped. */
  async subscribe(watched: readonly SignedInUser[]): Promise<void> {
    this.#received.clear();
    this.#isWelcomed = false;
    const url = `${this.#server.url}/api/presence/socket`;
    this.#socket = new WireSocket(url, this.user.token, (event) => this.#receive(event));
    await this.#changes.until(() => this.#isWelcomed, `the welcome of ${this.user.id}`);
    this.#socket.send({ type: "watch", userIds: watched.map(({ id }) => id) });
    await this.#changes.until(
      () => watched.every(({ id }) => this.#received.has(id)),
      `the status of ${watched.length} users`,
    );
  }

  /** Resolves when the connection is over. */
  async disconnected(): Promise<void> {
    await this.#socket?.closed;
  }

  close(): void {
    this.#socket?.close();
  }

  /** Every status received of this user, the initial one first. */
  received(of: SignedInUser): readonly ReceivedStatus[] {
    return this.#received.get(of.id) ?? [];
  }

  /** The last status received of this user. */
  latest(of: SignedInUser): OnlineStatus | undefined {
    return this.received(of).at(-1)?.status;
  }

  /** Resolves when the last status received of this user is `status`. */
  seesStatus(of: SignedInUser, status: OnlineStatus, timeoutMs = STATUS_TIMEOUT_MS): Promise<ReceivedStatus> {
    return this.#changes.until(
      () => {
        const last = this.received(of).at(-1);
        return last?.status === status && last;
      },
      () => `${of.id} to be ${status}; ${this.user.id} received ${this.#statuses(of)}`,
      timeoutMs,
    );
  }

  /** The status of these users over HTTP. */
  async requestStatus(watched: readonly SignedInUser[]): Promise<Map<string, OnlineStatus>> {
    const ids = watched.map(({ id }) => encodeURIComponent(id)).join();
    const path = `/api/presence?ids=${ids}`;
    const answer = await requestJson<{ presence: UserPresence[] }>(this.#server, this.user, "GET", path);
    return new Map(answer.presence.map(({ userId, status }) => [userId, status]));
  }

  #receive(event: PresenceEvent): void {
    if (event.type === "welcome") this.#isWelcomed = true;
    if (event.type === "presence") {
      const { userId, status, lastSeenAt } = event;
      const received = this.#received.get(userId) ?? [];
      this.#received.set(userId, [...received, { status, lastSeenAt, at: Date.now() }]);
    }
    this.#changes.notify();
  }

  #statuses(of: SignedInUser): string {
    return this.received(of)
      .map(({ status }) => status)
      .join(", ");
  }
}
