/** A user who opens and closes tabs, and how often their status changed by that. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import { ChangeNotifier } from "../support/change-notifier.ts";
import type { SignedInUser } from "../support/users.ts";
import { WireSocket } from "../support/wire-socket.ts";
import type { OnlineStatus } from "./subscriber.ts";

export class WatchedUser {
  readonly user: SignedInUser;
  readonly #changes = new ChangeNotifier();
  readonly #tabs: WireSocket<PresenceEvent>[] = [];
  #statusChanges = 0;

  constructor(user: SignedInUser) {
    this.user = user;
  }

  /** How many tabs are open. */
  get tabs(): number {
    return this.#tabs.length;
  }

  get status(): OnlineStatus {
    return this.#tabs.length > 0 ? "online" : "offline";
  }

  /** How often the first tab opened or the last one closed. */
  get statusChanges(): number {
    return this.#statusChanges;
  }

  /** Opens a tab at the server or proxy at `url`; resolves when it has its `welcome`. */
  async openTab(url: string): Promise<void> {
    let isWelcomed = false;
    const tab = new WireSocket<PresenceEvent>(`${url}/api/presence/socket`, this.user.token, ({ type }) => {
      isWelcomed ||= type === "welcome";
      this.#changes.notify();
    });
    if (this.#tabs.push(tab) === 1) this.#statusChanges++;
    await this.#changes.until(() => isWelcomed, `the welcome of ${this.user.id}`);
  }

  /** Closes the oldest tab; resolves when the closing handshake is over. */
  async closeTab(): Promise<void> {
    const tab = this.#tabs.shift();
    if (!tab) return;
    if (this.#tabs.length === 0) this.#statusChanges++;
    tab.close();
    await tab.closed;
  }

  /** Resolves when every tab has lost its connection. */
  async disconnected(): Promise<void> {
    await Promise.all(this.#tabs.map(({ closed }) => closed));
    this.#tabs.length = 0;
  }
}
