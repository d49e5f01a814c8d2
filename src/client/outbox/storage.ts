/** Where messages that are not stored on the server yet outlive a reload of the page. */

/** A message that one gave and that is not known to be stored. */
export interface Unsent {
  /** Unique to its author in the thread: a second sending of it is recognised as a repeat. */
  id: string;
  body: string;
  replyTo?: number | undefined;
  /** When it was given, in milliseconds since the epoch; also the order among others. */
  at: number;
  /** The thread's `epoch` and `rev` when it was first sent: how far back the server looks for a repeat. */
  epoch?: string | undefined;
  since?: number | undefined;
  /** Why it failed, for a person to read; absent while it is to be sent. */
  reason?: string | undefined;
}

/**
 * Keeps unsent messages. The browser's IndexedDB by default; an app may bring its own. `box` names one user in one
 * thread: nobody is shown what another user of the same device left unsent. What it rejects with is ignored: a message
 * that cannot be kept is still sent.
 */
export interface OutboxStorage {
  /** All that are in the box, in any order. */
  load(box: string): Promise<Unsent[]>;
  /** Puts one in, or another version in its place. */
  put(box: string, unsent: Unsent): Promise<unknown>;
  remove(box: string, id: string): Promise<unknown>;
  close(): void;
}
