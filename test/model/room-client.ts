/** A client in a thread's room: the client library's reducer over a real socket. Checks the order of events. */
import { assert } from "vitest";
import { formatCursor } from "../../src/client/room/cursor.ts";
import { mergeMessages } from "../../src/client/room/messages.ts";
import { isDurable, leavesGap, reduceRoom } from "../../src/client/room/room-reducer.ts";
import { EMPTY_ROOM, type RoomState } from "../../src/client/room/room-state.ts";
import type { ThreadEvent } from "../../src/protocol/events.ts";
import type { MessagePage } from "../../src/protocol/http.ts";
import type { Person } from "../support/host-users.ts";
import { openThread, type TestSocket } from "../support/socket.ts";

/** A seq that no thread of a test reaches. A command that names it is refused, which never closes the socket. */
const NO_SUCH_SEQ = 999_999_999;

let serial = 0;

/** A unique id for a command. */
export function commandId(): string {
  return `c${++serial}`;
}

/** An assertion for every event: those of the assertion library would take longer than the server. */
function requireThat(holds: boolean, what: string, event: ThreadEvent): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(event)}`);
}

export class RoomClient {
  state: RoomState = EMPTY_ROOM;
  /** Every event that it received, except replies to `settle`. */
  readonly seen: ThreadEvent[] = [];
  /** Whether a socket was closed unexpectedly. */
  isLost = false;
  #socket: TestSocket | undefined;
  #taken = 0;
  #rev = 0;
  #settling = "";

  constructor(
    readonly person: Person,
    readonly threadId: string,
  ) {}

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  get cursor(): string | undefined {
    return this.state.cursor && formatCursor(this.state.cursor);
  }

  /** Opens a socket with a cursor, in place of the open one, and applies the events that come with it. */
  async open(cursor: string | undefined): Promise<void> {
    await this.close();
    const oldestHeld = this.state.messages[0]?.seq;
    const socket = await openThread(this.person, this.threadId, cursor);
    this.#socket = socket;
    void this.#noticeLoss(socket);
    this.#taken = 0;
    await this.settle();
    const [welcome, history] = socket.events;
    assert.equal(welcome?.type, "welcome");
    if (welcome?.type === "welcome" && welcome.resumed) assert.equal(welcome.cursor, cursor);
    if (history?.type === "history") await this.#refreshOlder(oldestHeld, history.messages[0]?.seq);
  }

  /** Opens a socket that is to be refused. Resolves with the code that it is closed with. */
  async openRefused(): Promise<number> {
    const socket = await openThread(this.person, this.threadId);
    return (await socket.closed).code;
  }

  /** Closes the socket and waits until the server knows. Events in flight are lost, as when a connection is lost. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.close();
    await socket.closed;
  }

  /** Leaves with the command `leave`. */
  async leave(): Promise<void> {
    const socket = this.#open();
    socket.send({ type: "leave" });
    this.#socket = undefined;
    assert.equal((await socket.closed).code, 1000);
  }

  /** The server closes the socket: it receives the reason, and nothing after that. */
  async expectClosing(code: number): Promise<void> {
    const socket = this.#open();
    const closing = await socket.next("closing");
    assert.equal(closing.code, code);
    this.applyNew();
    assert.equal(socket.events.at(-1), closing, "nothing is sent after the closing");
    this.#socket = undefined;
    // The hibernatable socket's own close event comes late (the contract, "Closing codes").
    socket.close();
  }

  /** Sends a command, in one frame after others if there are any, and applies the events up to its reply. */
  async ask(
    command: { id: string; type: string; [key: string]: unknown },
    after: readonly unknown[] = [],
  ): Promise<ThreadEvent> {
    const answer = await this.#open().ask(command, after);
    this.applyNew();
    return answer;
  }

  /** Sends without waiting. */
  send(command: unknown): void {
    this.#open().send(command);
  }

  /** Applies everything that the server has sent so far: the reply to a command comes after all frames before it. */
  async settle(): Promise<void> {
    this.#settling = commandId();
    const answer = await this.ask({ type: "edit", id: this.#settling, seq: NO_SUCH_SEQ, body: "x" });
    assert.equal(answer.type === "error" ? answer.code : answer.type, "not_found");
  }

  /** Applies the events that have arrived. */
  applyNew(): void {
    const events = this.#open().events.slice(this.#taken);
    this.#taken += events.length;
    for (const event of events) this.#apply(event);
  }

  #apply(event: ThreadEvent): void {
    if (event.type !== "error" || event.id !== this.#settling) this.seen.push(event);
    if (event.type === "ack")
      requireThat(event.rev <= this.#rev, "an ack comes after the event itself", event);
    if (isDurable(event)) requireThat(event.rev === this.#rev + 1, "rev rises by one on a socket", event);
    requireThat(!leavesGap(this.state, event), "the client sees no gap", event);
    this.state = reduceRoom(this.state, event, 0);
    if (event.type === "welcome") this.#rev = this.state.cursor?.rev ?? 0;
    if (isDurable(event)) this.#rev = event.rev;
  }

  /** As the client library does after a snapshot: requests the older messages that it holds again. */
  async #refreshOlder(oldest: number | undefined, from: number | undefined): Promise<void> {
    if (oldest === undefined || from === undefined || oldest >= from) return;
    const path = `/api/threads/${this.threadId}/messages?before=${from}&limit=200`;
    const page = (await (await this.person.call("GET", path)).json()) as MessagePage;
    const older = page.messages.filter(({ seq }) => seq >= oldest);
    this.state = { ...this.state, messages: mergeMessages(this.state.messages, older) };
  }

  async #noticeLoss(socket: TestSocket): Promise<void> {
    await socket.closed;
    const isExplained = socket.events.at(-1)?.type === "closing";
    if (this.#socket === socket && !isExplained) this.isLost = true;
  }

  #open(): TestSocket {
    if (!this.#socket) throw new Error(`${this.person.user.name} has no socket`);
    return this.#socket;
  }
}
