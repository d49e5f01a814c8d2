/** Where messages that are not stored on the server yet survive a reload of the page. */

/** A message that was given to `send` and is not known to be stored. */
export interface Unsent {
  /** Unique to its author in the thread: by it the server recognises a message that is sent twice. */
  id: string;
  body: string;
  replyTo?: number | undefined;
  /** When it was given to `send`, in milliseconds since the epoch; also its order among others. */
  at: number;
  /** The thread's `epoch` and `rev` when it was first sent: how far back the server looks for a duplicate. */
  epoch?: string | undefined;
  since?: number | undefined;
  /** Why it failed, for a person to read; absent while it is still to be sent. */
  reason?: string | undefined;
}

/**
 * Keeps unsent messages: in the browser's IndexedDB by default, or where an application wants. `box` names one user in
 * one thread, so that nobody is shown what another user of the same device left unsent. Rejections are ignored: a message
 * that cannot be kept is still sent.
 */
export interface OutboxStorage {
  /** Returns all messages in the box, in any order. */
  load(box: string): Promise<Unsent[]>;
  /** Adds a message to the box, or replaces the one with its id. */
  put(box: string, unsent: Unsent): Promise<unknown>;
  /** Removes a message from the box, if it is there. */
  remove(box: string, id: string): Promise<unknown>;
  /** Called when the client is closed. */
  close(): void;
}
