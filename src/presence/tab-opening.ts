/** How a tab's socket is opened, and what it is sent first; and how the tabs of users who move to another shard are closed. */
import { configOf } from "../config/config.ts";
import { CLOSE } from "../protocol/errors.ts";
import type { PresenceEvent } from "../protocol/events.ts";
import { clientLimitsFor } from "../protocol/model.ts";
import { subprotocolOf, type Caller } from "../rpc/caller.ts";
import type { Connections } from "../sockets/connections.ts";
import { refusalOfUpgrade } from "../sockets/upgrade-refusal.ts";
import type { UserBlocks } from "./contacts/user-blocks.ts";
import type { ProfileUpdates } from "./people/profile-updates.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Revocations } from "./revoking/revocations.ts";
import type { Verdicts } from "./revoking/verdicts.ts";
import type { StatusPublisher } from "./status/status-publisher.ts";
import type { TabSockets } from "./status/tab-sockets.ts";
import type { TabSubscriptions } from "./status/tab-subscriptions.ts";
import type { Tabs } from "./status/tabs.ts";
import type { TooManyTabs } from "./status/too-many-tabs.ts";
import type { UserThreads } from "./threads/user-threads.ts";

export interface TabOpeningParts {
  connections: Connections;
  tabs: Tabs;
  sockets: TabSockets;
  tabSubscriptions: TabSubscriptions;
  publisher: StatusPublisher;
  tooManyTabs: TooManyTabs;
  userThreads: UserThreads;
  blocks: UserBlocks;
  rates: RateLimits;
  revocations: Revocations;
  verdicts: Verdicts;
  profileUpdates: ProfileUpdates;
}

export class TabOpening {
  readonly #env: Env;
  readonly #parts: TabOpeningParts;

  constructor(env: Env, parts: TabOpeningParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** Opens a tab of a user of this shard. */
  open(request: Request, caller: Caller): Response {
    const { connections, sockets, publisher, profileUpdates, tooManyTabs } = this.#parts;
    const now = Date.now();
    try {
      this.admit(caller);
    } catch (error) {
      return refusalOfUpgrade(error, subprotocolOf(request));
    }
    profileUpdates.named(caller);
    const { socket: tab, response } = connections.accept(request, caller, now);
    connections.send(tab, [this.#welcome(caller)]);
    publisher.tabOpened(tab, now);
    tooManyTabs.opened(caller.user.id, tab);
    sockets.endsAt(caller.expiresAt);
    return response;
  }

  /** Counts a tab that is being opened, over whatever transport. Throws where it may not be. */
  admit(caller: Caller): void {
    const { revocations, rates } = this.#parts;
    // First, so that what was revoked does not use up the rate of the user whom it names.
    revocations.requireNone(caller.user.id, caller, Date.now());
    rates.open(caller.user.id);
  }

  /** These users move to another shard: closes their tabs, which their clients then open there. */
  disconnect(userIds: readonly string[]): void {
    const { tabs, sockets, tabSubscriptions, verdicts } = this.#parts;
    for (const userId of userIds)
      for (const tab of tabs.of(userId))
        sockets.close(tab, CLOSE.restarting, "moved to another part of the server");
    // Their tabs subscribe again at the other shard: a list that this one sent later would undo that.
    tabSubscriptions.removeOf(userIds);
    verdicts.forget();
  }

  #welcome(caller: Caller): PresenceEvent {
    const { profileUpdates, userThreads, blocks } = this.#parts;
    const user = profileUpdates.presentOf(caller.user);
    const { expiresAt } = caller;
    const limits = clientLimitsFor(configOf(this.#env).rate);
    const blocked = blocks.of(user.id);
    return { type: "welcome", user, ...userThreads.overview(user.id), blocked, expiresAt, limits };
  }
}
