/** A thread as the hooks read it: its state while it is shown, what can be done in it, and what the user is writing. */
import type { Client, Room, RoomState } from "../../client/client.ts";
import { commandMethods, type CommandMethods } from "../../client/outbox/commands.ts";
import type { PageBounds } from "../../client/room/loading/message-pages.ts";
import { EMPTY_ROOM } from "../../client/room/room-state.ts";
import { releaseOnceSent } from "../../view/release-once-sent.ts";
import { RetainedStore } from "./retained-store.ts";
import { ThreadDraft } from "./thread-draft.ts";

/** What a user does in a thread. The functions stay the same, and need no `this`. */
export interface ThreadActions extends CommandMethods {
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
      ...commandMethods((command) => this.with((room) => room.sendCommand(command))),
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
