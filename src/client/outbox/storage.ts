/** Where messages, and changes to messages, that are not stored on the server yet survive a reload of the page. */

import type { MessageData } from "../../protocol/fields.ts";
import type { ChangeCommand } from "./entry.ts";

/** A message that was given to `send`, or a change to one, that is not known to be stored. */
export interface Unsent {
  /** Unique to its author in the thread: by it the server recognises a message that is sent twice. */
  id: string;
  /** The text of a message, an edit, or another change that has one; else empty. */
  body: string;
  /** What its author attached to a message. */
  data?: MessageData | null | undefined;
  replyTo?: number | undefined;
  /** When it was given to the room, in milliseconds since the epoch; also its order among others. */
  at: number;
  /** The thread's `epoch` and `rev` when it was first sent: how far back the server looks for a duplicate. */
  epoch?: string | undefined;
  since?: number | undefined;
  /** Of a change: what it does to which message, with the other fields of its command; absent for a message. */
  change?: { type: ChangeCommand["type"]; seq: number; emoji?: string } | undefined;
  /** Why it failed, for a person to read; absent while it is still to be sent. */
  reason?: string | undefined;
}

/**
 * Keeps what is unsent: in the browser's IndexedDB by default, or where an application wants. `box` names the messages, or
 * the changes, of one user in one thread, so that nobody is shown what another user of the same device left unsent.
 * Rejections are ignored: what cannot be kept is still sent.
 */
export interface OutboxStorage {
  /** Returns everything in the box, in any order. */
  load(box: string): Promise<Unsent[]>;
  /** Adds to the box, or replaces what has this id there. */
  put(box: string, unsent: Unsent): Promise<unknown>;
  /** Removes what has this id from the box, if it is there. */
  remove(box: string, id: string): Promise<unknown>;
  /** Called when the client is closed. */
  close(): void;
}
