/** One open tab, in no room: what it knows of threads it has from its presence socket alone. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { Bell } from "../support/bell.ts";
import type { Person } from "../support/people.ts";
import type { Server } from "../support/server.ts";
import { WireSocket } from "../support/socket.ts";
import type { Ledger } from "./ledger.ts";

interface Known {
  seq: number;
  unread: number;
}

export class Tab {
  readonly person: Person;
  readonly #server: Server;
  readonly #bell: Bell;
  #threads = new Map<string, Known>();
  #socket: WireSocket<PresenceEvent> | undefined;
  #welcomed = false;

  constructor(person: Person, server: Server, bell: Bell) {
    this.person = person;
    this.#server = server;
    this.#bell = bell;
  }

  get isWelcomed(): boolean {
    return this.#welcomed;
  }

  connect(): void {
    const url = `${this.#server.url}/api/presence/socket`;
    this.#socket = new WireSocket<PresenceEvent>(url, this.person.token, (event) => {
      this.#hear(event);
      this.#bell.ring();
    });
  }

  /** Resolves when the connection is over. */
  async lost(): Promise<void> {
    await this.#socket?.closed;
    this.#socket = undefined;
    this.#welcomed = false;
  }

  /** Whether it was brought all that it is owed of this thread. */
  isUpToDate(ledger: Ledger): boolean {
    const known = this.#threads.get(ledger.threadId);
    return known?.seq === ledger.newestSeq && known.unread === ledger.unread(this.person.user.id);
  }

  /** What it lacks, for who reads of it. */
  lack(ledger: Ledger): string {
    const userId = this.person.user.id;
    const known = this.#threads.get(ledger.threadId);
    const owed = `seq ${ledger.newestSeq}, unread ${ledger.unread(userId)}`;
    return `${userId} knows of ${ledger.threadId.slice(0, 6)}: seq ${known?.seq}, unread ${known?.unread}; owed: ${owed}`;
  }

  #hear(event: PresenceEvent): void {
    switch (event.type) {
      case "welcome":
        this.#threads = new Map(
          event.threads.map(({ threadId, seq, unread }) => [threadId, { seq, unread }]),
        );
        this.#welcomed = true;
        break;
      case "new_message":
        this.#threads.set(event.threadId, { seq: event.seq, unread: event.unread });
        break;
      case "thread":
        this.#threads.set(event.thread.id, { seq: event.thread.seq, unread: event.thread.unread });
        break;
      case "read": {
        const known = this.#threads.get(event.threadId);
        if (known) known.unread = event.unread;
      }
    }
  }
}
