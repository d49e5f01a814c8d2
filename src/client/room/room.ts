/** A thread while the user is in it: its state, fed by a socket, and what the user sends, until the server has stored it. */
import type { ThreadEvent } from "../../protocol/events.ts";
import { newCommandId } from "../command-id.ts";
import { ConnectedStore, type ConnectedStoreOptions } from "../connection/connected-store.ts";
import type { ConnectionState } from "../connection/connection-state.ts";
import type { Api } from "../http/api.ts";
import { apiPath, queryString } from "../http/url.ts";
import { commandMethods, type CommandMethods, type NewCommand } from "../outbox/commands.ts";
import { EMPTY_OUTBOX, type Stored } from "../outbox/entry.ts";
import { Outbox } from "../outbox/outbox.ts";
import type { OutboxStorage } from "../outbox/storage.ts";
import { formatCursor } from "./cursor.ts";
import { DeferredLoading } from "./loading/deferred-loading.ts";
import type { PageBounds } from "./loading/message-pages.ts";
import { ReadMarker } from "./read-marker.ts";
import { Receipts } from "./receipts.ts";
import { isDurable, leavesGap, reduceRoom } from "./room-reducer.ts";
import { EMPTY_ROOM, type RoomState } from "./room-state.ts";
import { TypingExpiry } from "./typing-expiry.ts";
import { TypingNotifier } from "./typing-notifier.ts";

/** Why nothing can be sent after a stop: the user was removed, the thread was deleted, or the room was left. */
const STOPPED = "You are no longer in this chat.";

type EventOf<T extends ThreadEvent["type"]> = Extract<ThreadEvent, { type: T }>;

export interface RoomOptions extends ConnectedStoreOptions {
  api: Api;
  threadId: string;
  /** Where unsent messages survive a reload; without one they do not. */
  storage: OutboxStorage | null | undefined;
  /** Who was signed in last, as far as that is known. */
  userId(): string | undefined;
  /** Called when the user has read up to `seq`, so that unread counts need not wait for the server. */
  onRead(seq: number): void;
  /** Called when nobody retains the room any more; true if it is to remember what it has loaded. */
  onRelease(): boolean;
}

class ThreadRoom extends ConnectedStore<RoomState, ThreadEvent> {
  readonly threadId: string;
  readonly #options: RoomOptions;
  readonly #outbox: Outbox;
  readonly #readMarker: ReadMarker;
  readonly #receipts: Receipts;
  readonly #typingNotifier: TypingNotifier;
  readonly #typingExpiry: TypingExpiry;
  readonly #loading: DeferredLoading;
  /** While an event is applied, a change of the outbox is part of the new state, and is not announced alone. */
  #isApplying = false;
  /** Whether the state is what a suspended room has remembered, and the server has not let the user in again yet. */
  #isRemembered = false;
  /** False between a `welcome` and the snapshot that follows it: until then the cursor is ahead of what is shown. */
  #isSnapshotComplete = false;

  constructor(options: RoomOptions) {
    super(EMPTY_ROOM, options);
    const { api, threadId, storage, userId } = options;
    const { store, connection, recordEvents } = this;
    this.threadId = threadId;
    this.#options = options;
    this.#outbox = new Outbox({
      threadId,
      storage,
      userId,
      send: (commands) => connection.sendForAnswer(commands),
      position: () => (connection.state === "open" ? this.getSnapshot().cursor : undefined),
      epoch: () => this.getSnapshot().cursor?.epoch,
      onChange: (view) => {
        if (!this.#isApplying) store.update((state) => ({ ...state, ...view }));
      },
    });
    this.#readMarker = new ReadMarker((seq) => this.#sendRead(seq));
    this.#receipts = new Receipts(() => this.#sendReceipt());
    this.#typingNotifier = new TypingNotifier(() => connection.send({ type: "typing" }));
    this.#typingExpiry = new TypingExpiry(store);
    this.#loading = new DeferredLoading(store, {
      api,
      threadId,
      recordEvents,
      isClosed: () => connection.isClosed,
      userId: () => this.getSnapshot().user?.id,
    });
    this.reconnect();
  }

  /** Sends a message or a change again that has failed. */
  retry(id: string): void {
    this.#outbox.retry(id);
    this.#failIfStopped();
  }

  /** Gives up a message or a change that is not stored yet. One that was sent already may still be stored. */
  discard(id: string): void {
    this.#outbox.discard(id);
  }

  /** Gives a durable command, now or once connected, as the method of each does. */
  sendCommand(command: NewCommand): Promise<Stored> {
    if (command.type === "chat") this.#typingNotifier.sent();
    const stored = this.#outbox.add({ ...command, id: newCommandId() });
    this.#failIfStopped();
    return stored;
  }

  /** Marks everything up to `seq` as read. Cheap: call it whenever the user has seen something. */
  read(seq: number): void {
    this.#readMarker.read(seq);
    this.#options.onRead(seq);
  }

  /** Shows the others that the user is typing. Call it at each key: it is sent as often as necessary. */
  typing(): void {
    this.#typingNotifier.typed();
  }

  /**
   * Loads the page above the oldest message. Does nothing while one is loading, or if `hasBefore` is false. Rejects with a
   * `RequestError`.
   */
  loadOlder(): Promise<void> {
    return this.#loading.older();
  }

  /**
   * Loads a page of messages into `messages`: around one, or the nearest before or after one. Between the page and the
   * other messages there may be a gap, which `{ after }` or `{ before }` its edges fills. Rejects with a `RequestError`.
   */
  loadMessages(bounds: PageBounds): Promise<void> {
    return this.#loading.messages(bounds);
  }

  /** Loads the message `seq` into `quoted`, for a reply that quotes it. */
  loadQuoted(seq: number): void {
    this.#loading.quoted(seq);
  }

  /** Loads more members, while there are fewer in the state than `memberCount`. Rejects with a `RequestError`. */
  loadMembers(): Promise<void> {
    return this.#loading.members();
  }

  /** Enters the room again where it was closed. */
  override open(): void {
    if (!this.connection.isClosed) return;
    this.#isRemembered = this.isSuspended;
    if (!this.isSuspended) {
      this.#isSnapshotComplete = false;
      this.#readMarker.forget();
    }
    this.#loading.restart();
    // What was given to a closed room has failed. Where it is known whose it is, it comes back from the storage.
    this.#outbox.close();
    super.open();
  }

  /** Leaves the room, for everyone who uses it: no timer, listener or socket is left. Unsent messages stay in the outbox storage. */
  override close(): void {
    if (this.connection.isClosed) return super.close();
    this.#readMarker.close();
    super.close();
    this.#outbox.close();
    this.#typingExpiry.close();
  }

  /** Left by everyone, it may be remembered: opened again, it shows at once what it had, and adds what was missed. */
  protected override released(): void {
    if (!this.#options.onRelease()) return this.close();
    // What is not known to be up to date is replaced by a snapshot.
    if (this.#loading.isRefreshing) this.#isSnapshotComplete = false;
    this.suspend();
    const nothing = { ...EMPTY_OUTBOX, online: [], onlineCount: 0, typing: [], loadingBefore: false };
    this.store.update((state) => ({ ...state, ...nothing }));
  }

  protected socketPath(): string {
    const { cursor } = this.getSnapshot();
    const resumeFrom = this.#isSnapshotComplete && cursor ? formatCursor(cursor) : undefined;
    return apiPath("threads", this.threadId, "socket") + queryString({ paced: "", cursor: resumeFrom });
  }

  protected apply(event: ThreadEvent): boolean {
    const before = this.getSnapshot();
    if (leavesGap(before, event)) {
      this.connection.reset();
      return false;
    }
    const after = reduceRoom(before, event, performance.now());
    const isRepeated = isDurable(event) && after === before;
    if (isRepeated) return false;
    this.#isApplying = true;
    this.#outbox.receive(event);
    this.#isApplying = false;
    // Before the new state is announced: a listener that closes the room then leaves no timer behind.
    this.#follow(event, before);
    this.store.set({ ...after, ...this.#outbox.view });
    return true;
  }

  protected override onFrameApplied(frameLength: number): void {
    this.#receipts.received(frameLength);
  }

  protected override onConnectionChange(connection: ConnectionState): void {
    // The user was removed, or the thread deleted: nothing of it is shown again.
    if (connection === "stopped" && this.#isRemembered)
      this.store.update(({ closeCode }) => ({ ...EMPTY_ROOM, connection, closeCode }));
    if (connection !== "open") {
      // No event says who has stopped while disconnected.
      this.store.update((state) => ({ ...state, typing: [] }));
      this.#outbox.disconnected();
    }
    this.#failIfStopped();
  }

  /** What an event means for the other parts of the room; `before` is the state without it. */
  #follow(event: ThreadEvent, before: RoomState): void {
    if (event.type === "welcome") this.#welcomed(event, before);
    if (event.type === "history") this.#snapshotReceived(event, before);
    if (event.type === "typing") this.#typingExpiry.start();
  }

  #welcomed({ resumed, thread, user }: EventOf<"welcome">, before: RoomState): void {
    this.#isSnapshotComplete = resumed;
    this.#isRemembered = false;
    if (!resumed) this.#loading.restart();
    this.#loading.prepare();
    const isSameReader = before.cursor?.epoch === thread.epoch && before.user?.id === user.id;
    if (before.ready && !isSameReader) this.#readMarker.forget();
    if (thread.you) this.#readMarker.known(thread.you.readSeq);
  }

  #snapshotReceived({ messages }: EventOf<"history">, before: RoomState): void {
    this.#isSnapshotComplete = true;
    const [oldest] = before.messages;
    if (oldest) void this.#loading.refresh(oldest.seq, messages[0]?.seq ?? 0);
  }

  /** Nothing is sent any more after a stop, so nothing must look as if it were pending. */
  #failIfStopped(): void {
    if (this.connection.state === "stopped") this.#outbox.failAll(this.#stopReason());
  }

  /** A server's reason is a word for developers, which its close code puts into better ones. */
  #stopReason(): string {
    const { closeCode, reason } = this.getSnapshot();
    return (closeCode === undefined && reason) || STOPPED;
  }

  /** Only a member has a read marker. */
  #sendRead(seq: number): boolean {
    return this.getSnapshot().you !== undefined && this.connection.send({ type: "read", seq });
  }

  #sendReceipt(): void {
    this.connection.send({ type: "got", rev: this.getSnapshot().cursor?.rev });
  }
}

/** A thread while the user is in it, with a method for each durable command. */
export type Room = ThreadRoom & CommandMethods;

/** Enters a thread. */
export function createRoom(options: RoomOptions): Room {
  const room = new ThreadRoom(options);
  return Object.assign(
    room,
    commandMethods((command) => room.sendCommand(command)),
  );
}
