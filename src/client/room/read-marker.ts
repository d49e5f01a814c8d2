/** Tells the server how far one has read: the newest only, and at most once a second. */
import { stopTimer, type Timer } from "../timer.ts";

const INTERVAL_MS = 1_000;

export interface ReadMarker {
  /** Everything up to `seq` was seen. */
  read(seq: number): void;
  /** What the server knows, from a welcome: what it does not know yet is told again. */
  known(seq: number): void;
  /** What was read is nobody's any more: the thread is of another epoch, or somebody else signed in. */
  forget(): void;
  /** Tells what is not told yet, and ends. */
  close(): void;
}

/** `send` answers whether there was a socket to send it on. */
export function createReadMarker(send: (seq: number) => boolean): ReadMarker {
  /** The newest that was read here, whether or not the server knows. */
  let newest = 0;
  let told = 0;
  let sentAt = -Infinity;
  let timer: Timer | undefined;

  const flush = () => {
    timer = undefined;
    if (newest <= told || !send(newest)) return;
    told = newest;
    sentAt = performance.now();
  };
  const schedule = () => {
    if (newest > told) timer ??= setTimeout(flush, Math.max(0, sentAt + INTERVAL_MS - performance.now()));
  };
  return {
    read: (seq) => {
      newest = Math.max(newest, seq);
      schedule();
    },
    known: (seq) => {
      told = seq;
      schedule();
    },
    forget: () => {
      newest = 0;
    },
    close: () => {
      stopTimer(timer);
      flush();
    },
  };
}
