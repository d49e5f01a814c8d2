/** What a user can do to a message. The conversation implements it, on its room, for the rows. */
import type { Message } from "../../protocol/model.ts";

export interface MessageActions {
  edit(seq: number, body: string): void;
  /** Deletes a message, unless that is undone. */
  delete(message: Message): void;
  /** Whether the user has the right to delete it. */
  mayDelete(message: Message): boolean;
  /** Asks for the reason, and reports it. */
  report(message: Message): void;
  /** What the user may do about its author: nothing about themself and the host. */
  mayRestrain(message: Message): boolean;
  /** Asks for how long, and stops its author from writing, or bans them. */
  restrain(act: "timeout" | "ban", message: Message): void;
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
