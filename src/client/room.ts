/**
 * One thread while one is in it. Holds the state that a page shows, feeds it from the socket, and keeps
 * what one sends until the server has it.
 */
import type { ChangeCommand } from "../protocol/commands.ts";
import type { ThreadEvent } from "../protocol/events.ts";
import type { Api } from "./api.ts";
import { newCommandId } from "./command-id.ts";
import { Connection } from "./connection.ts";
import { formatCursor } from "./cursor.ts";
import { MoreMembers } from "./more-members.ts";
import { loadOlderMessages } from "./older-messages.ts";
import { Outgoings } from "./outgoings.ts";
import { Quotes } from "./quotes.ts";
import { ReadMarker } from "./read-marker.ts";
import { refreshOlder } from "./refresh-older.ts";
import { leavesGap, reduceRoom } from "./room-reducer.ts";
import { EMPTY_ROOM, type RoomState } from "./room-state.ts";
import { stopReason } from "./stop-reason.ts";
import { Store, type Readable } from "./store.ts";
import { TypingClock } from "./typing-clock.ts";

export interface RoomOptions {
  threadId: string;
  api: Api;
  openSocket(path: string): Promise<WebSocket> | WebSocket;
  renews: boolean;
  /** Something was read here: the badge need not wait for the server to say so. */
  onRead(seq: number): void;
  onSignedOut(): void;
  onClose(): void;
}

export class Room implements Readable<RoomState> {
  readonly threadId: string;
  readonly #options: RoomOptions;
  readonly #store = new Store<RoomState>(EMPTY_ROOM);
  readonly #connection: Connection<ThreadEvent>;
  readonly #outgoings: Outgoings;
  readonly #marker: ReadMarker;
  readonly #typing: TypingClock;
  readonly #members: MoreMembers;
  readonly #quotes: Quotes;
  #receiving = false;
  #closed = false;

  constructor(options: RoomOptions) {
    this.threadId = options.threadId;
    this.#options = options;
    this.#outgoings = new Outgoings({
      send: (command) => this.#connection.send(command),
      rev: () => this.#store.get().cursor?.rev,
      onChange: (outgoing) => {
        // While an event is taken in, the message moves from `outgoing` to `messages` in one snapshot.
        if (!this.#receiving) this.#store.update((state) => ({ ...state, outgoing }));
      },
    });
    this.#marker = new ReadMarker(
      (seq) => this.#store.get().you !== undefined && this.#connection.send({ type: "read", seq }),
    );
    this.#typing = new TypingClock(this.#store, () => this.#connection.send({ type: "typing" }));
    this.#members = new MoreMembers(options.api, this.#store, options.threadId);
    this.#quotes = new Quotes(options.api, this.#store, options.threadId);
    this.#connection = new Connection<ThreadEvent>({
      open: () => options.openSocket(this.#path()),
      renews: options.renews,
      onEvents: (events) => this.#receive(events),
      onState: (connection, closeCode) => this.#enter(connection, closeCode),
    });
  }

  /** The present state. */
  get(): RoomState {
    return this.#store.get();
  }

  /** Calls `listener` after each change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  /** Sends a message, now or once connected. It shows in `outgoing` until it is stored. */
  send(body: string, replyTo?: number): void {
    const id = newCommandId();
    this.#typing.sent();
    void this.#give({ type: "chat", id, body, ...(replyTo !== undefined && { replyTo }) })
      // Shown as failed, with the reason, in `outgoing`.
      .catch(() => {});
  }

  /** Sends a failed message once more. */
  retry(id: string): void {
    this.#outgoings.retry(id);
    this.#failIfStopped();
  }

  /** Gives up a failed message. */
  discard(id: string): void {
    this.#outgoings.discard(id);
  }

  /** Replaces the text of one's own message; resolves once it is stored. */
  edit(seq: number, body: string): Promise<void> {
    return this.#change({ type: "edit", seq, body });
  }

  /** Erases a message; resolves once it is gone. */
  erase(seq: number): Promise<void> {
    return this.#change({ type: "delete", seq });
  }

  /** Adds one's own reaction. */
  react(seq: number, emoji: string): Promise<void> {
    return this.#change({ type: "react", seq, emoji });
  }

  /** Takes one's own reaction back. */
  unreact(seq: number, emoji: string): Promise<void> {
    return this.#change({ type: "unreact", seq, emoji });
  }

  /** Says that everything up to `seq` was seen. Cheap: call it whenever that is so. */
  read(seq: number): void {
    this.#marker.read(seq);
    this.#options.onRead(seq);
  }

  /** Says that one is typing. Call it at each key; it is sent as often as the server relays it. */
  typing(): void {
    this.#typing.typed();
  }

  /** Loads the page above the oldest message shown; does nothing while one is loading or none is left. */
  loadOlder(): Promise<void> {
    return loadOlderMessages(this.#options.api, this.#store, this.threadId);
  }

  /** Loads the message `seq`, to be quoted by a reply to it, into `quoted`. */
  loadQuoted(seq: number): void {
    this.#quotes.load(seq);
  }

  /** Loads more of the members, where not all are in the state. */
  loadMembers(): Promise<void> {
    return this.#members.load();
  }

  /** Connects now: after signing in again, or when a person asks. */
  reconnect(): void {
    this.#connection.reconnect();
  }

  /** Leaves the room: no timer, listener or socket is left. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#marker.close();
    this.#connection.close();
    this.#outgoings.close();
    this.#typing.close();
    this.#store.clear();
    this.#options.onClose();
  }

  #path(): string {
    const { cursor } = this.#store.get();
    const resume = cursor ? `?cursor=${encodeURIComponent(formatCursor(cursor))}` : "";
    return `/api/threads/${encodeURIComponent(this.threadId)}/socket${resume}`;
  }

  async #change(change: ChangeWithoutId): Promise<void> {
    await this.#give({ ...change, id: newCommandId() });
  }

  #give(command: ChangeCommand): Promise<void> {
    const stored = this.#outgoings.add(command);
    this.#failIfStopped();
    return stored;
  }

  /** After a stop nothing is ever sent again: what is given then must not look as if it were on its way. */
  #failIfStopped(): void {
    const { connection, closeCode } = this.#store.get();
    if (connection === "stopped") this.#outgoings.failAll(stopReason(closeCode));
  }

  #enter(connection: RoomState["connection"], closeCode?: number): void {
    this.#store.update(({ closeCode: _was, ...state }) => ({
      ...state,
      connection,
      ...(closeCode !== undefined && { closeCode }),
      // Who is here is not known while one is not connected.
      ...(connection !== "open" && { typing: [] }),
    }));
    if (connection !== "open") this.#outgoings.disconnected();
    this.#failIfStopped();
    if (connection === "signed_out") this.#options.onSignedOut();
  }

  #receive(events: readonly ThreadEvent[]): void {
    for (const event of events) {
      const before = this.#store.get();
      if (leavesGap(before, event)) return this.#connection.distrust();
      const after = reduceRoom(before, event, Date.now());
      this.#receiving = true;
      this.#outgoings.receive(event, before, after);
      this.#receiving = false;
      this.#store.set({ ...after, outgoing: this.#outgoings.shown });
      this.#follow(event, before);
    }
  }

  #follow(event: ThreadEvent, before: RoomState): void {
    if (event.type === "welcome") {
      this.#members.restart();
      if (!event.resumed) this.#quotes.forget();
      if (before.cursor && before.cursor.epoch !== event.thread.epoch) this.#marker.forget();
      if (event.thread.you) this.#marker.known(event.thread.you.readSeq);
    }
    if (event.type === "typing") this.#typing.expireLater();
    if (event.type === "history") {
      void refreshOlder(this.#options.api, this.#store, this.threadId, { before, snapshot: event.messages });
    }
  }
}

type WithoutId<C> = C extends ChangeCommand ? Omit<C, "id"> : never;
type ChangeWithoutId = WithoutId<ChangeCommand>;
