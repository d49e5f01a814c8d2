/** What one can do to a message; given to the rows by the page, which knows the room. */
import type { Message } from "../../protocol/model.ts";

export interface MessageActions {
  edit(seq: number, body: string): void;
  erase(seq: number): void;
  /** Whether one has the right to `erase` it. */
  mayErase(message: Message): boolean;
  /** Begins a reply to it. */
  reply(seq: number): void;
  /** Loads it, for a reply that quotes it. */
  loadQuoted(seq: number): void;
  toggleReaction(seq: number, emoji: string, mine: boolean): void;
  retry(id: string): void;
  discard(id: string): void;
}
