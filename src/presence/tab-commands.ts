/** The commands that come over a tab's socket: each is parsed, rate limited, and replied to where it fails. */
import { presenceCommand, type PresenceCommand } from "../protocol/commands.ts";
import { parse } from "../protocol/parse.ts";
import { failed } from "../rpc/result.ts";
import { commandIdOf } from "../sockets/codec.ts";
import type { Connections } from "../sockets/connections.ts";
import { Replies } from "../sockets/replies.ts";
import { TokenRenewal } from "../sockets/token-renewal.ts";
import type { ProfileUpdates } from "./people/profile-updates.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Revocations } from "./revoking/revocations.ts";
import type { Subscriptions } from "./status/subscriptions.ts";
import type { TabSockets } from "./status/tab-sockets.ts";
import type { ReadCommand } from "./threads/read-command.ts";

export interface TabCommandsParts {
  connections: Connections;
  sockets: TabSockets;
  rates: RateLimits;
  subscriptions: Subscriptions;
  readCommand: ReadCommand;
  profileUpdates: ProfileUpdates;
  revocations: Revocations;
}

export class TabCommands {
  readonly #parts: TabCommandsParts;
  readonly #replies: Replies;
  readonly #renewal: TokenRenewal;
  /** Tabs that have sent a `watch` since this object woke. */
  readonly #haveSubscribed = new WeakSet<WebSocket>();

  constructor(env: Env, parts: TabCommandsParts) {
    const { connections, sockets, profileUpdates, revocations } = parts;
    this.#parts = parts;
    this.#replies = new Replies(connections, (tab, code, reason) => sockets.close(tab, code, reason));
    this.#renewal = new TokenRenewal(env, connections, {
      // A tab whose session ended meanwhile missed what was sent since: its client is to reconnect for that.
      isOpen: (tab) => this.#isOpen(tab),
      requireUnrevoked: (caller) => {
        revocations.requireNone(caller.user.id, caller, Date.now());
      },
      onRenewed: (_tab, caller) => {
        profileUpdates.named(caller);
        sockets.endsAt(caller.expiresAt);
      },
      // Presence numbers no events.
      rev: () => 0,
    });
  }

  /** A frame came in: runs its commands in order, each of which succeeds or fails alone. */
  async receive(tab: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const { connections } = this.#parts;
    if (!this.#isOpen(tab)) return;
    connections.heard(tab, Date.now());
    let inputs: unknown[];
    try {
      inputs = connections.decode(frame);
    } catch (error) {
      this.#replies.refuseFrame(tab, error);
      return;
    }
    for (const input of inputs) {
      // The command before may have taken its time.
      if (!this.#isOpen(tab)) return;
      try {
        const command = parse(presenceCommand, input);
        this.#replies.accepted(tab);
        // In order: a later `watch` replaces an earlier one.
        await this.#run(tab, command);
      } catch (error) {
        // A tab that closed while its command was on its way receives nothing more.
        if (!connections.of(tab).gone) this.#replies.reply(tab, commandIdOf(input), failed(error));
      }
    }
  }

  async #run(tab: WebSocket, command: PresenceCommand): Promise<void> {
    const { connections, rates, subscriptions, readCommand } = this.#parts;
    const { userId } = connections.of(tab);
    switch (command.type) {
      case "watch":
        rates.watch(userId, !this.#haveSubscribed.has(tab));
        this.#haveSubscribed.add(tab);
        return subscriptions.subscribeSocket(tab, command.userIds);
      case "read":
        rates.read(userId);
        return readCommand.run(userId, command.threadId, command.seq);
      case "auth": {
        const result = await this.#renewal.renew(tab, command.token);
        if (result) this.#replies.reply(tab, command.id, result);
      }
    }
  }

  /** Whether a tab is open and in its session. Those whose sessions have ended are closed first. */
  #isOpen(tab: WebSocket): boolean {
    this.#parts.sockets.endSessions(Date.now());
    return !this.#parts.connections.of(tab).gone;
  }
}
