/** What a user can do to a message. The conversation implements it, on its room, for the rows. */
import type { Message } from "../../protocol/model.ts";

export interface MessageActions {
  edit(seq: number, body: string): void;
  /** Deletes a message, unless that is undone. */
  delete(message: Message): void;
  /** Whether the user has the right to delete it. */
  mayDelete(message: Message): boolean;
  /** Starts a reply in the composer. */
  reply(seq: number): void;
  /** Loads a message that a reply quotes and that is not in the list. */
  loadQuoted(seq: number): void;
  /** Adds the user's reaction, or removes it where `mine` says that it is there. */
  toggleReaction(seq: number, emoji: string, mine: boolean): void;
  /** Sends a message or a change again that has failed. */
  retry(id: string): void;
  /** Gives up on a failed message, unless that is undone. */
  discard(id: string): void;
  /** Gives up on a change to a message. */
  discardChange(id: string): void;
}
