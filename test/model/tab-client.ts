/** One tab of a user: the client's own presence reducer over a real presence socket. */
import { EMPTY_PRESENCE, type PresenceState } from "../../src/client/presence/presence-state.ts";
import { reducePresence } from "../../src/client/presence/presence-reducer.ts";
import type { PresenceEvent } from "../../src/protocol/events.ts";
import type { Person } from "../support/people.ts";
import { openPresence, type TestSocket } from "../support/socket.ts";
import { commandId } from "./room-client.ts";

/** A thread that nobody has: what is asked of it is refused, and being refused so never closes a socket. */
const NO_SUCH_THREAD = "0".repeat(64);

export class TabClient {
  state: PresenceState = EMPTY_PRESENCE;
  /** Whom it watches. */
  watched: readonly string[] = [];
  /** Whether the socket was closed and the test did not do it. */
  isLost = false;
  /** All that came over the socket so far, but for the answers that only `settle` asked for. */
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

  /** Takes in events until the state is as it should be; a while after it should have been, this fails. */
  async until(holds: (state: PresenceState) => boolean): Promise<void> {
    while (!holds(this.state)) this.#takeIn(await this.#socket.next());
  }

  /** Takes in everything the shard has sent so far. */
  async settle(): Promise<void> {
    const id = commandId();
    this.#socket.send({ type: "read", threadId: NO_SUCH_THREAD, seq: 1, id });
    for (;;) {
      const event = await this.#socket.next();
      if (event.type === "error" && event.id === id) return;
      this.#takeIn(event);
    }
  }

  #takeIn(event: PresenceEvent): void {
    this.seen.push(event);
    this.state = reducePresence(this.state, event);
  }
}
