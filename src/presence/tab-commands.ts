/** The commands that come over a tab's socket: each is parsed, rate limited, and replied to where it fails. */
import { presenceCommand, type PresenceCommand } from "../protocol/commands.ts";
import type { User } from "../protocol/model.ts";
import { parse } from "../protocol/parse.ts";
import { failed } from "../rpc/result.ts";
import { commandIdOf } from "../sockets/codec.ts";
import type { Connections } from "../sockets/connections.ts";
import type { Replies } from "../sockets/replies.ts";
import { TokenRenewal } from "../sockets/token-renewal.ts";
import type { RateLimits } from "./rate-limits.ts";

/** What the commands do. */
export interface TabCommandHandlers {
  subscribe: (tab: WebSocket, userIds: readonly string[]) => Promise<void>;
  read: (userId: string, threadId: string, seq: number) => Promise<void>;
  renewed: (user: User, expiresAt: number) => void;
  /** Closes the tabs whose sessions are over. */
  endSessions: () => void;
}

export class TabCommands {
  readonly #rates: RateLimits;
  readonly #connections: Connections;
  readonly #replies: Replies;
  readonly #handlers: TabCommandHandlers;
  readonly #renewal: TokenRenewal;
  /** Tabs that have watched since this object woke. */
  readonly #watching = new WeakSet<WebSocket>();

  constructor(
    env: Env,
    parts: { rates: RateLimits; connections: Connections; replies: Replies; handlers: TabCommandHandlers },
  ) {
    this.#rates = parts.rates;
    this.#connections = parts.connections;
    this.#replies = parts.replies;
    this.#handlers = parts.handlers;
    this.#renewal = new TokenRenewal(env, parts.connections, {
      // A tab whose session ended meanwhile missed what was sent since: its client is to reconnect for that.
      isOpen: (tab) => this.#isOpen(tab),
      onRenewed: (_tab, { user, expiresAt }) => parts.handlers.renewed(user, expiresAt),
      // Presence numbers nothing.
      rev: () => 0,
    });
  }

  /** Takes a frame: its commands in order, each standing or falling alone. */
  async receive(tab: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    let inputs: unknown[];
    try {
      inputs = this.#connections.decode(frame);
    } catch (error) {
      this.#replies.refuseFrame(tab, error);
      return;
    }
    for (const input of inputs) {
      // The one before may have taken its time.
      if (!this.#isOpen(tab)) return;
      try {
        const command = parse(presenceCommand, input);
        this.#replies.accepted(tab);
        // In order: a later `watch` replaces an earlier one.
        await this.#run(tab, command);
      } catch (error) {
        // A tab that closed while its command was on its way receives nothing more.
        if (!this.#connections.of(tab).gone) this.#replies.reply(tab, commandIdOf(input), failed(error));
      }
    }
  }

  async #run(tab: WebSocket, command: PresenceCommand): Promise<void> {
    const { userId } = this.#connections.of(tab);
    switch (command.type) {
      case "watch":
        this.#rates.watch(userId, !this.#watching.has(tab));
        this.#watching.add(tab);
        return this.#handlers.subscribe(tab, command.userIds);
      case "read":
        this.#rates.read(userId);
        return this.#handlers.read(userId, command.threadId, command.seq);
      case "auth": {
        const result = await this.#renewal.renew(tab, command.token);
        if (result) this.#replies.reply(tab, command.id, result);
      }
    }
  }

  #isOpen(tab: WebSocket): boolean {
    this.#handlers.endSessions();
    return !this.#connections.of(tab).gone;
  }
}
