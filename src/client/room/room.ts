/**
 * One thread while one is in it. Holds the state that a page shows, feeds it from the socket, and keeps
 * what one sends until the server has it.
 */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import { GOT_EVERY_BYTES } from "../../protocol/limits.ts";
import { newCommandId } from "../command-id.ts";
import type { ConnectionState } from "../connection/connection-state.ts";
import { formatCursor } from "./cursor.ts";
import { pathOf, query } from "../http/request.ts";
import { Live, type Shared } from "../connection/connected-store.ts";
import { Outbox, type Stored } from "../outbox/outbox.ts";
import type { OutboxStorage } from "../outbox/storage.ts";
import { createReadMarker, type ReadMarker } from "./read-marker.ts";
import { createRoomPages, type RoomPages } from "./room-pages.ts";
import { isDurable, leavesGap, reduceRoom } from "./room-reducer.ts";
import { EMPTY_ROOM, type RoomState } from "./room-state.ts";
import { createTypingClock, type TypingClock } from "./typing-clock.ts";

/** Why nothing can be sent after a stop: removed, deleted, or one window too many. */
const STOPPED = "You are no longer in this chat.";

type WithoutId<C> = C extends DurableCommand ? Omit<C, "id"> : never;

export interface RoomOptions extends Shared {
  threadId: string;
  storage: OutboxStorage | null | undefined;
  /** Something was read here: the badge need not wait for the server to say so. */
  onRead(seq: number): void;
}

export class Room extends Live<RoomState, ThreadEvent> {
  readonly threadId: string;
  readonly #options: RoomOptions;
  readonly #outbox: Outbox;
  readonly #marker: ReadMarker;
  readonly #typing: TypingClock;
  readonly #pages: RoomPages;
  /** How much came since it was last said what one has got. */
  #unsaid = 0;
  #receiving = false;
  /** False between a welcome and its snapshot, which may be in two frames: until then the cursor is ahead of what is shown. */
  #whole = false;

  constructor(options: RoomOptions) {
    super(EMPTY_ROOM, options);
    const { store, connection } = this;
    const { api, threadId, storage } = options;
    this.threadId = threadId;
    this.#options = options;
    this.#outbox = new Outbox({
      threadId,
      storage,
      send: (frame) => connection.ask(frame),
      room: store.getSnapshot,
      onChange: (outgoing) => {
        // While an event is taken in, the message moves from `outgoing` to `messages` in one snapshot.
        if (!this.#receiving) store.update((state) => ({ ...state, outgoing }));
      },
    });
    this.#marker = createReadMarker(
      (seq) => store.getSnapshot().you !== undefined && connection.send({ type: "read", seq }),
    );
    this.#typing = createTypingClock(store, () => connection.send({ type: "typing" }));
    this.#pages = createRoomPages(api, store, threadId, this.meanwhile);
    this.reconnect();
  }

  /**
   * Sends a message, now or once connected: until it is stored it shows in `outgoing`. Resolves when it is; rejects
   * with a `RequestError` when it failed, was discarded, or the room was left, which need not be listened to.
   */
  send(body: string, replyTo?: number): Promise<Stored> {
    this.#typing.sent();
    return this.#give({ type: "chat", body, replyTo });
  }

  /** Sends a failed message once more. */
  retry(id: string): void {
    this.#outbox.retry(id);
    this.#failIfStopped();
  }

  /** Gives up a message that is not stored yet. One that is on its way may still arrive. */
  discard(id: string): void {
    this.#outbox.discard(id);
  }

  /** Replaces the text of one's own message; resolves once it is stored. */
  edit(seq: number, body: string): Promise<Stored> {
    return this.#give({ type: "edit", seq, body });
  }

  /** Erases a message; resolves once it is gone. */
  erase(seq: number): Promise<Stored> {
    return this.#give({ type: "delete", seq });
  }

  /** Adds one's own reaction. */
  react(seq: number, emoji: string): Promise<Stored> {
    return this.#give({ type: "react", seq, emoji });
  }

  /** Takes one's own reaction back. */
  unreact(seq: number, emoji: string): Promise<Stored> {
    return this.#give({ type: "unreact", seq, emoji });
  }

  /** Says that everything up to `seq` was seen. Cheap: call it whenever that is so. */
  read(seq: number): void {
    this.#marker.read(seq);
    this.#options.onRead(seq);
  }

  /** Says that one is typing. Call it at each key; it is sent as often as it takes for others to see it. */
  typing(): void {
    this.#typing.typed();
  }

  /** Loads the page above the oldest message shown; does nothing while one is loading or none is left. */
  loadOlder(): Promise<void> {
    return this.#pages.older();
  }

  /** Loads the message `seq`, to be quoted by a reply to it, into `quoted`. */
  loadQuoted(seq: number): void {
    this.#pages.quoted(seq);
  }

  /** Loads more of the members, where not all are in the state. */
  loadMembers(): Promise<void> {
    return this.#pages.members();
  }

  /** Leaves the room: no timer, listener or socket is left. What is unsent is kept where it can be. */
  override close(): void {
    if (this.connection.closed) return;
    this.#marker.close();
    super.close();
    this.#outbox.close();
    this.#typing.close();
  }

  protected path(): string {
    const { cursor } = this.getSnapshot();
    const parameters = { paced: "", cursor: this.#whole && cursor ? formatCursor(cursor) : undefined };
    return pathOf("threads", this.threadId, "socket") + query(parameters);
  }

  protected override entered(connection: ConnectionState): void {
    if (connection !== "open") {
      // Who is typing is not known while one is not connected.
      this.store.update((state) => ({ ...state, typing: [] }));
      this.#outbox.disconnected();
    }
    this.#failIfStopped();
  }

  #give(command: WithoutId<DurableCommand>): Promise<Stored> {
    const stored = this.#outbox.add({ ...command, id: newCommandId() });
    this.#failIfStopped();
    return stored;
  }

  /** After a stop nothing is ever sent again: what is given then must not look as if it were on its way. */
  #failIfStopped(): void {
    if (this.connection.state === "stopped") this.#outbox.failAll(STOPPED);
  }

  protected take(event: ThreadEvent): boolean {
    const before = this.getSnapshot();
    if (leavesGap(before, event)) {
      this.connection.distrust();
      return false;
    }
    const after = reduceRoom(before, event, performance.now());
    // One that was heard of before changes nothing.
    if (isDurable(event) && after === before) return false;
    this.#receiving = true;
    this.#outbox.receive(event, before, after);
    this.#receiving = false;
    // Before anybody is told: whoever closes the room then leaves no timer.
    this.#follow(event, before);
    this.store.set({ ...after, outgoing: this.#outbox.shown });
    return true;
  }

  /** So that the server can tell a slow reader from one that is gone. */
  protected override took(length: number): void {
    this.#unsaid += length;
    if (this.#unsaid < GOT_EVERY_BYTES) return;
    this.#unsaid = 0;
    this.connection.send({ type: "got", rev: this.getSnapshot().cursor?.rev });
  }

  #follow(event: ThreadEvent, before: RoomState): void {
    if (event.type === "welcome") {
      this.#whole = event.resumed;
      if (!event.resumed) this.#pages.restart();
      const same = before.cursor?.epoch === event.thread.epoch && before.user?.id === event.user.id;
      if (before.ready && !same) this.#marker.forget();
      if (event.thread.you) this.#marker.known(event.thread.you.readSeq);
    }
    if (event.type === "typing") this.#typing.expireLater();
    const [oldest] = before.messages;
    if (event.type === "history") {
      this.#whole = true;
      if (oldest) void this.#pages.refresh(oldest.seq, event.messages[0]?.seq ?? 0);
    }
  }
}
