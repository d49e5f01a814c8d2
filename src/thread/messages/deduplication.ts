/**
 * Deduplication: recognises a message that was sent before, by its author and `id`. No index pays for it: the ids of the
 * newest messages are held in memory, and older ones are scanned in the rare case that a client says how far back to look.
 */
import { DEDUPLICATION_WINDOW } from "../../protocol/limits.ts";
import type { MessageLog } from "./message-log.ts";

interface Sent {
  seq: number;
  author: string;
  id: string;
}

export class Deduplication {
  readonly #log: MessageLog;
  /** seq by author and id, of the newest `DEDUPLICATION_WINDOW` messages. */
  #recent: Map<string, Map<string, number>> | undefined;
  /** The same messages, each at the remainder of its seq: where the next one goes, the oldest is. */
  readonly #window: (Sent | undefined)[] = [];
  #scanned = 0;

  constructor(log: MessageLog) {
    this.#log = log;
  }

  /**
   * The seq of the first message of this id by this author, or undefined. Looks at the newest 1,000 messages and,
   * given `since`, at all that came after that rev.
   */
  find(author: string, id: string, since: number | undefined): number | undefined {
    const recent = this.#load().get(author)?.get(id);
    if (recent !== undefined || since === undefined) return recent;
    const windowStart = Math.max(0, this.#log.newest.seq - DEDUPLICATION_WINDOW);
    const after = this.#lastSeqAt(since, windowStart);
    if (after >= windowStart) return undefined;
    const found = this.#log.find(author, id, after, windowStart);
    this.#scanned += (found ?? windowStart) - after;
    return found;
  }

  /** How many messages were scanned since this was last called. */
  takeScanned(): number {
    const scanned = this.#scanned;
    this.#scanned = 0;
    return scanned;
  }

  /** A message was stored, of which `find` knew nothing. */
  sent(author: string, id: string, seq: number): void {
    this.#add(this.#load(), { author, id, seq });
  }

  #load(): Map<string, Map<string, number>> {
    if (!this.#recent) {
      const recent = new Map<string, Map<string, number>>();
      for (const sent of this.#log.idsAfter(this.#log.newest.seq - DEDUPLICATION_WINDOW))
        this.#add(recent, sent);
      this.#recent = recent;
    }
    return this.#recent;
  }

  #add(recent: Map<string, Map<string, number>>, sent: Sent): void {
    const place = sent.seq % DEDUPLICATION_WINDOW;
    const oldest = this.#window[place];
    if (oldest) {
      const ids = recent.get(oldest.author);
      // The same id can stand again, where it was sent a second time after it had left the window.
      if (ids?.get(oldest.id) === oldest.seq) ids.delete(oldest.id);
      if (ids?.size === 0) recent.delete(oldest.author);
    }
    this.#window[place] = sent;
    const ids = recent.get(sent.author);
    if (ids) ids.set(sent.id, sent.seq);
    else recent.set(sent.author, new Map([[sent.id, sent.seq]]));
  }

  /** The newest seq, up to `upTo`, that was there at a rev. By halving: seq and rev rise together. */
  #lastSeqAt(rev: number, upTo: number): number {
    let low = 0;
    let high = upTo;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#log.revOf(middle) <= rev) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
