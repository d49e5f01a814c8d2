/**
 * When members wrote last, as far back as slow mode looks. It is read from the messages when slow mode first asks, each row
 * once, and kept in memory from then on: without slow mode a message costs nothing for it, and with it no row.
 */
import { LilypadError } from "../../protocol/errors.ts";
import { SLOW_MODE_MS } from "../../protocol/limits.ts";
import type { MessageLog } from "../messages/message-log.ts";

/** Messages read at once. */
const READ_AT_ONCE = 500;
/** Authors kept in memory before those are dropped whom no slow mode concerns any more. */
const KEPT = 10_000;

export class SlowMode {
  readonly #log: MessageLog;
  /** When each author wrote last, of those who did since `#since`. */
  readonly #lastAt = new Map<string, number>();
  /** Messages from this seq on were read; undefined while none was. The oldest of them is of this time. */
  #from: number | undefined;
  #since = Infinity;

  constructor(log: MessageLog) {
    this.#log = log;
  }

  /** Throws `rate_limited` where the author wrote less than `slowModeMs` ago. */
  admit(author: string, slowModeMs: number, now: number): void {
    if (slowModeMs === 0) return;
    this.#readBackTo(now - slowModeMs);
    const retryAfterMs = (this.#lastAt.get(author) ?? -Infinity) + slowModeMs - now;
    if (retryAfterMs <= 0) return;
    throw new LilypadError("rate_limited", "Slow mode is on: wait before you send again.", { retryAfterMs });
  }

  /** A message was stored. */
  sent(author: string, at: number): void {
    if (this.#from === undefined) return;
    if (this.#lastAt.size >= KEPT) this.#dropBefore(at - SLOW_MODE_MS);
    this.#lastAt.set(author, at);
  }

  #readBackTo(time: number): void {
    this.#from ??= this.#log.newest.seq + 1;
    while (this.#since > time && this.#from > 1) {
      const rows = this.#log.authorsBefore(this.#from, READ_AT_ONCE);
      for (const { author, at } of rows) if (!this.#lastAt.has(author)) this.#lastAt.set(author, at);
      const oldest = rows.at(-1);
      if (!oldest) return;
      this.#from = oldest.seq;
      this.#since = oldest.at;
    }
  }

  #dropBefore(time: number): void {
    for (const [author, at] of this.#lastAt) if (at < time) this.#lastAt.delete(author);
  }
}
