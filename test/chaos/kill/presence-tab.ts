/** One open tab: everything it knows of threads comes from its presence socket. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { ChangeNotifier } from "../support/change-notifier.ts";
import type { Server } from "../support/server.ts";
import type { SignedInUser } from "../support/users.ts";
import { WireSocket } from "../support/wire-socket.ts";
import type { ExpectedThread } from "./expected-thread.ts";

interface KnownThread {
  seq: number;
  unread: number;
}

export class PresenceTab {
  readonly user: SignedInUser;
  readonly #server: Server;
  readonly #changes: ChangeNotifier;
  #threads = new Map<string, KnownThread>();
  #socket: WireSocket<PresenceEvent> | undefined;
  #welcomed = false;

  constructor(user: SignedInUser, server: Server, changes: ChangeNotifier) {
    this.user = user;
    this.#server = server;
    this.#changes = changes;
  }

  get isWelcomed(): boolean {
    return this.#welcomed;
  }

  connect(): void {
    const url = `${this.#server.url}/api/presence/socket`;
    this.#socket = new WireSocket<PresenceEvent>(url, this.user.token, (event) => {
      this.#receive(event);
      this.#changes.notify();
    });
  }

  /** Resolves when the connection is over. */
  async disconnected(): Promise<void> {
    await this.#socket?.closed;
    this.#socket = undefined;
    this.#welcomed = false;
  }

  /** Whether it knows the thread's newest message and its user's unread count. */
  isUpToDate(thread: ExpectedThread): boolean {
    const known = this.#threads.get(thread.threadId);
    return known?.seq === thread.newestSeq && known.unread === thread.unread(this.user.id);
  }

  /** For messages: what it knows of a thread, and what it should. */
  describeMissing(thread: ExpectedThread): string {
    const { id } = this.user;
    const known = this.#threads.get(thread.threadId);
    const expected = `seq ${thread.newestSeq}, unread ${thread.unread(id)}`;
    return `${id} has of ${thread.label}: seq ${known?.seq}, unread ${known?.unread}; expected: ${expected}`;
  }

  #receive(event: PresenceEvent): void {
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
