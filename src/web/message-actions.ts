/** What one can do to a message; given to the rows by the page, which knows the room. */
export interface MessageActions {
  edit(seq: number, body: string): void;
  erase(seq: number): void;
  toggleReaction(seq: number, emoji: string, mine: boolean): void;
  retry(id: string): void;
  discard(id: string): void;
}
