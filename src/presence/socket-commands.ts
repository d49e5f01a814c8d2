/** What a tab says: each command parsed, held to its rate, and answered where it fails. */
import { verifyHostToken } from "../auth/host-token.ts";
import type { Connections } from "../sockets/connections.ts";
import { commandsIn, idOf } from "../sockets/codec.ts";
import type { Refusals } from "../sockets/refusals.ts";
import { Turns } from "../sockets/request-queue.ts";
import { presenceCommand, type PresenceCommand } from "../protocol/commands.ts";
import { LilypadError } from "../protocol/errors.ts";
import type { PresenceEvent } from "../protocol/events.ts";
import type { User } from "../protocol/model.ts";
import { parse } from "../protocol/parse.ts";
import type { Rates } from "./rate-limits.ts";

/** What the commands do. */
export interface SocketActions {
  watch: (tab: WebSocket, userIds: readonly string[]) => Promise<void>;
  read: (userId: string, threadId: string, seq: number) => Promise<void>;
  renewed: (tab: WebSocket, user: User, expiresAt: number) => void;
  /** Closes the tabs whose sessions are over. */
  endSessions: () => void;
}

export class SocketDoor {
  readonly #env: Env;
  readonly #rates: Rates;
  readonly #connections: Connections;
  readonly #refusals: Refusals;
  readonly #actions: SocketActions;
  /** Checking a token may fetch keys, which is not to be done as often as a client likes at once. */
  readonly #renewals = new Turns();
  /** Tabs that have watched since this object woke. */
  readonly #watching = new WeakSet<WebSocket>();

  constructor(
    env: Env,
    parts: { rates: Rates; connections: Connections; refusals: Refusals; actions: SocketActions },
  ) {
    this.#env = env;
    this.#rates = parts.rates;
    this.#connections = parts.connections;
    this.#refusals = parts.refusals;
    this.#actions = parts.actions;
  }

  /** Takes a frame in: its commands in order, each standing or falling alone. */
  async receive(tab: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    let commands: unknown[];
    try {
      commands = commandsIn(frame);
    } catch (error) {
      this.#refuse(tab, error, undefined);
      return;
    }
    for (const command of commands) {
      // The one before may have taken its time.
      this.#actions.endSessions();
      if (this.#connections.of(tab).gone) return;
      try {
        const parsed = parse(presenceCommand, command);
        this.#refusals.accepted(tab);
        // In order: a later `watch` replaces an earlier one.
        await this.#run(tab, parsed);
      } catch (error) {
        this.#refuse(tab, error, idOf(command));
      }
    }
  }

  async #run(tab: WebSocket, command: PresenceCommand): Promise<void> {
    const { userId } = this.#connections.of(tab);
    switch (command.type) {
      case "watch":
        this.#rates.watch(userId, !this.#watching.has(tab));
        this.#watching.add(tab);
        return this.#actions.watch(tab, command.userIds);
      case "read":
        this.#rates.read(userId);
        return this.#actions.read(userId, command.threadId, command.seq);
      case "auth":
        return this.#renewals.take(tab, () => this.#renew(tab, command.id, command.token));
    }
  }

  async #renew(tab: WebSocket, id: string, token: string): Promise<void> {
    // While it waited its turn.
    if (this.#connections.of(tab).gone) return;
    const { user, expiresAt } = await verifyHostToken(this.#env, token);
    // One that ended meanwhile was told nothing since: its client is to come back for that.
    this.#actions.endSessions();
    if (this.#connections.of(tab).gone) return;
    if (user.id !== this.#connections.of(tab).userId)
      throw new LilypadError("forbidden", "The token is another user's.");
    this.#actions.renewed(tab, user, expiresAt);
    const ack: PresenceEvent = { type: "ack", id, rev: 0, at: Date.now() };
    this.#connections.send(tab, JSON.stringify([ack]));
  }

  /** A tab that closed while its command was on its way hears no more. */
  #refuse(tab: WebSocket, error: unknown, id: string | undefined): void {
    if (!this.#connections.of(tab).gone) this.#refusals.refuse(tab, error, id, Date.now());
  }
}
