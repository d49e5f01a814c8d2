/** A tab of a user: the client library's presence reducer over a real presence socket. */
import { EMPTY_PRESENCE, type PresenceState } from "../../src/client/presence/presence-state.ts";
import { reducePresence } from "../../src/client/presence/presence-reducer.ts";
import type { PresenceEvent } from "../../src/protocol/events.ts";
import type { Person } from "../support/host-users.ts";
import { openPresence, type TestSocket } from "../support/socket.ts";
import { commandId } from "./room-client.ts";

/** A thread that does not exist. A command that names it is refused, which never closes the socket. */
const NO_SUCH_THREAD = "0".repeat(64);

export class TabClient {
  state: PresenceState = EMPTY_PRESENCE;
  /** The ids of the users that it subscribes to. */
  watched: readonly string[] = [];
  /** Whether the socket was closed unexpectedly. */
  isLost = false;
  /** Every event that it received, except replies to `settle`. */
  readonly seen: PresenceEvent[] = [];
  readonly #socket: TestSocket<PresenceEvent>;
  #isClosing = false;

  private constructor(
    readonly person: Person,
    socket: TestSocket<PresenceEvent>,
  ) {
    this.#socket = socket;
    void socket.closed.then(() => (this.isLost = !this.#isClosing));
  }

  static async open(person: Person): Promise<TabClient> {
    const tab = new TabClient(person, await openPresence(person));
    await tab.settle();
    return tab;
  }

  /** Closes it and waits until the server knows. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#socket.close();
    await this.#socket.closed;
  }

  watch(userIds: readonly string[]): void {
    this.watched = userIds;
    this.#socket.send({ type: "watch", userIds });
  }

  /** Applies events until the state is as expected. Throws where it does not get there in time. */
  async until(holds: (state: PresenceState) => boolean): Promise<void> {
    while (!holds(this.state)) this.#apply(await this.#socket.next());
  }

  /** Applies everything that the shard has sent so far. */
  async settle(): Promise<void> {
    const id = commandId();
    this.#socket.send({ type: "read", threadId: NO_SUCH_THREAD, seq: 1, id });
    for (;;) {
      const event = await this.#socket.next();
      if (event.type === "error" && event.id === id) return;
      this.#apply(event);
    }
  }

  #apply(event: PresenceEvent): void {
    this.seen.push(event);
    this.state = reducePresence(this.state, event);
  }
}
