/**
 * What a command and a durable event are to the thread. Each command has one entry, which every transport runs; each
 * durable event has one, beside the command that makes it. src/thread/commands.ts lists them.
 */
import type { Ack, DurableEvent } from "../../protocol/events.ts";
import type { User } from "../../protocol/model.ts";
import type { WebhookContent } from "../../protocol/webhooks.ts";
import type { CommandOf, WriteResults, WriteType } from "../../rpc/thread.ts";
import type { Asked } from "../host-server/before-send.ts";
import type { Change, LoggedChange } from "../messages/change-log.ts";
import type { StoredThread } from "../stored-thread.ts";

/** What a command did. */
export interface Outcome<T = unknown> {
  value: T;
  /** The durable events it made, in order of `rev`; none where there was nothing to change. */
  events: DurableEvent[];
  ack: Ack;
  /** A report was filed or resolved: the host's list and moderators are to know. */
  concernsReports?: true;
  /** Presence must be notified although there is no event of it: of who is invited, and who is no more. */
  concernsPresence?: boolean;
  /** It is about who is invited alone: how long Presence takes would disclose whether they have declined. */
  isAboutInvited?: true;
  /** Messages are to be deleted, by and by. */
  beginsPurge?: true;
}

/** A command. Its schema stands in src/protocol. */
export interface CommandEntry<T extends WriteType> {
  /**
   * Decides the user's right, writes, and returns what happened. Synchronous. Throws a `LilypadError` for a refusal, before
   * anything is written.
   */
  run: (thread: StoredThread, user: User, command: CommandOf<T>, now: number) => Outcome<WriteResults[T]>;
  /**
   * What the host's server is asked before it is run, where it asks to be. Decides as `run` does, and writes nothing:
   * undefined where nothing would be stored; throws the refusal.
   */
  beforeSend?: (thread: StoredThread, user: User, command: CommandOf<T>) => Asked | undefined;
  /** Whether one who may not see the thread may run it, too. It then decides that itself, and discloses nothing. */
  isForStrangers?: true;
  /** When an HTTP request is answered: after the commit, or after Presence was notified too, as far as it answers. */
  respondsAfter: "commit" | "notification";
}

/** A durable event. */
export interface EventEntry<E extends DurableEvent = DurableEvent> {
  /** Whether Presence must be notified: whether it changes what anybody sees in a list of threads. */
  concernsPresence: (event: E, thread: StoredThread) => boolean;
  /** Whether it changes what those see who are invited. */
  concernsInvited?: true;
  /** Whose sockets are closed before anyone receives it, if anybody's. */
  disconnects?: (event: E) => string;
  /** Who showed no sign of being here, and does from now on, if anybody. */
  reveals?: (event: E, thread: StoredThread) => string | undefined;
  /** Whether the host's server is sent it, where it is sent anything. */
  isDelivered: boolean;
  /** Whose read marker it moved, and where to. */
  movesMarker?: (event: E) => { userId: string; seq: number };
}

/** A durable event that the change log holds. `C` is what is recorded of it. */
export interface ChangeEntry<E extends DurableEvent, C extends Change> extends EventEntry<E> {
  /** The event for a client that missed it, with what it is about as that is now. */
  replay: (change: LoggedChange<C>, thread: StoredThread) => DurableEvent;
  /** What the host's server is sent of it, as that is now; nothing where there is no webhook of it. */
  webhook?: (change: C & { at: number }, thread: StoredThread) => WebhookContent | undefined;
}
