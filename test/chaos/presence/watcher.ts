/** One who watches others, and keeps all that was told of each. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { UserPresence } from "../../../src/protocol/model.ts";
import { ask } from "../support/ask.ts";
import type { Bell } from "../support/bell.ts";
import type { Person } from "../support/people.ts";
import type { Server } from "../support/server.ts";
import { WireSocket } from "../support/socket.ts";

/** Being offline is told after five seconds. What takes so much longer is late, on a busy machine too. */
const LATE_MS = 30_000;

export type Status = UserPresence["status"];

export interface Told {
  status: Status;
  lastSeenAt: number | undefined;
  /** When it was heard, milliseconds since the epoch. */
  at: number;
}

export class Watcher {
  readonly person: Person;
  readonly #server: Server;
  readonly #bell: Bell;
  readonly #told = new Map<string, Told[]>();
  #socket: WireSocket<PresenceEvent> | undefined;
  #isWelcomed = false;

  constructor(person: Person, server: Server, bell: Bell) {
    this.person = person;
    this.#server = server;
    this.#bell = bell;
  }

  /** Connects anew and watches these; resolves when the present state of each was told. Forgets what was told before. */
  async watch(watched: readonly Person[]): Promise<void> {
    this.#told.clear();
    this.#isWelcomed = false;
    const url = `${this.#server.url}/api/presence/socket`;
    this.#socket = new WireSocket(url, this.person.token, (event) => this.#hear(event));
    await this.#bell.until(() => this.#isWelcomed, `${this.person.user.id} to be welcomed`);
    this.#socket.send({ type: "watch", userIds: watched.map(({ user }) => user.id) });
    await this.#bell.until(
      () => watched.every(({ user }) => this.#told.has(user.id)),
      `the state of ${watched.length} users`,
    );
  }

  /** Resolves when the connection is over. */
  async lost(): Promise<void> {
    await this.#socket?.closed;
  }

  close(): void {
    this.#socket?.close();
  }

  /** Everything told of this user, from the state at first on. */
  told(of: Person): readonly Told[] {
    return this.#told.get(of.user.id) ?? [];
  }

  /** The state this user is in, as far as was told. */
  believes(of: Person): Status | undefined {
    return this.told(of).at(-1)?.status;
  }

  /** Resolves with the word that this user is in that state; at once where it was the last word. */
  hears(of: Person, status: Status, patienceMs = LATE_MS): Promise<Told> {
    return this.#bell.until(
      () => {
        const last = this.told(of).at(-1);
        return last?.status === status && last;
      },
      () => `${of.user.id} to be ${status}; ${this.person.user.id} was told ${this.#words(of)}`,
      patienceMs,
    );
  }

  /** The states of these users as HTTP tells them. */
  async asks(watched: readonly Person[]): Promise<Map<string, Status>> {
    const ids = watched.map(({ user }) => encodeURIComponent(user.id)).join();
    const path = `/api/presence?ids=${ids}`;
    const answer = await ask<{ presence: UserPresence[] }>(this.#server, this.person, "GET", path);
    return new Map(answer.presence.map(({ userId, status }) => [userId, status]));
  }

  #hear(event: PresenceEvent): void {
    if (event.type === "welcome") this.#isWelcomed = true;
    if (event.type === "presence") {
      const { userId, status, lastSeenAt } = event;
      const told = this.#told.get(userId) ?? [];
      this.#told.set(userId, [...told, { status, lastSeenAt, at: Date.now() }]);
    }
    this.#bell.ring();
  }

  #words(of: Person): string {
    return this.told(of)
      .map(({ status }) => status)
      .join(", ");
  }
}
