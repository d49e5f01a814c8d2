/** One who comes and goes: opens tabs and closes them, and counts how often that changed whether they are there. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import { Bell } from "../support/bell.ts";
import type { Person } from "../support/people.ts";
import { WireSocket } from "../support/socket.ts";
import type { Status } from "./watcher.ts";

export class Visitor {
  readonly person: Person;
  readonly #bell = new Bell();
  readonly #tabs: WireSocket<PresenceEvent>[] = [];
  #changes = 0;

  constructor(person: Person) {
    this.person = person;
  }

  get tabs(): number {
    return this.#tabs.length;
  }

  get status(): Status {
    return this.#tabs.length > 0 ? "online" : "offline";
  }

  /** How often they came, or went. */
  get changes(): number {
    return this.#changes;
  }

  /** Opens a tab at this Lilypad; resolves when it is welcomed. */
  async open(url: string): Promise<void> {
    let isWelcomed = false;
    const tab = new WireSocket<PresenceEvent>(`${url}/api/presence/socket`, this.person.token, ({ type }) => {
      isWelcomed ||= type === "welcome";
      this.#bell.ring();
    });
    if (this.#tabs.push(tab) === 1) this.#changes++;
    await this.#bell.until(() => isWelcomed, `${this.person.user.id} to be welcomed`);
  }

  /** Closes the tab that has been open the longest; resolves when the server has answered that. */
  async close(): Promise<void> {
    const tab = this.#tabs.shift();
    if (!tab) return;
    if (this.#tabs.length === 0) this.#changes++;
    tab.close();
    await tab.closed;
  }

  /** Resolves when every tab is lost, through no doing of the visitor's. */
  async lost(): Promise<void> {
    await Promise.all(this.#tabs.map(({ closed }) => closed));
    this.#tabs.length = 0;
  }
}
