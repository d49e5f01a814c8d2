/** A thread as the hooks read it: its state while it is shown, what can be done in it, and what the user is writing. */
import type { Client, Room, RoomState, Stored } from "../../client/client.ts";
import type { PageBounds } from "../../client/room/loading/message-pages.ts";
import { EMPTY_ROOM } from "../../client/room/room-state.ts";
import { releaseOnceSent } from "../../view/release-once-sent.ts";
import { RetainedStore } from "./retained-store.ts";
import { ThreadDraft } from "./thread-draft.ts";

/** What a user does in a thread. The functions stay the same, and need no `this`. */
export interface ThreadActions {
  /** Sends a message, now or once connected; resolves when it is stored. It is shown in `outgoing` until then. */
  send: (body: string, replyTo?: number) => Promise<Stored>;
  /** Replaces the text of the user's own message. */
  edit: (seq: number, body: string) => Promise<Stored>;
  /** Deletes a message. */
  erase: (seq: number) => Promise<Stored>;
  /** Adds the user's reaction. */
  react: (seq: number, emoji: string) => Promise<Stored>;
  /** Removes the user's reaction. */
  unreact: (seq: number, emoji: string) => Promise<Stored>;
  /** Sends a failed message or change again. */
  retry: (id: string) => void;
  /** Gives up a message or change that is not stored yet. */
  discard: (id: string) => void;
  /** Marks everything up to `seq` as read. */
  read: (seq: number) => void;
  /** Shows the others that the user is typing; call it at each key. */
  notifyTyping: () => void;
  /** Loads the page above the oldest message. */
  loadOlder: () => Promise<void>;
  /** Loads a page around, before or after a message. */
  loadMessages: (bounds: PageBounds) => Promise<void>;
  /** Loads the message that a reply quotes, into `quoted`. */
  loadQuoted: (seq: number) => void;
  /** Loads more members. */
  loadMembers: () => Promise<void>;
  /** Connects now, when the user does not want to wait. */
  reconnect: () => void;
}

export class RoomStore extends RetainedStore<RoomState, Room> {
  readonly draft = new ThreadDraft();
  readonly actions: ThreadActions;

  constructor(client: Client, thread: string) {
    super(() => client.thread(thread), releaseOnceSent, EMPTY_ROOM);
    this.actions = {
      send: (body, replyTo) => this.with((room) => room.send(body, replyTo)),
      edit: (seq, body) => this.with((room) => room.edit(seq, body)),
      erase: (seq) => this.with((room) => room.erase(seq)),
      react: (seq, emoji) => this.with((room) => room.react(seq, emoji)),
      unreact: (seq, emoji) => this.with((room) => room.unreact(seq, emoji)),
      retry: (id) => this.with((room) => room.retry(id)),
      discard: (id) => this.with((room) => room.discard(id)),
      read: (seq) => this.ifOpen((room) => room.read(seq)),
      notifyTyping: () => this.ifOpen((room) => room.typing()),
      loadOlder: () => this.ifOpen((room) => room.loadOlder()) ?? Promise.resolve(),
      loadMessages: (bounds) => this.ifOpen((room) => room.loadMessages(bounds)) ?? Promise.resolve(),
      loadQuoted: (seq) => this.ifOpen((room) => room.loadQuoted(seq)),
      loadMembers: () => this.ifOpen((room) => room.loadMembers()) ?? Promise.resolve(),
      reconnect: () => this.ifOpen((room) => room.reconnect()),
    };
  }
}
