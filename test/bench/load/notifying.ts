/** Word of a message reaching those who are elsewhere: the first socket talks in a thread, all others are open tabs of its members. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Crowd } from "./crowd.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { Marks, newRun } from "./marks.ts";
import { Meter, type Usage } from "./meter.ts";

export interface NotifyOrder {
  messages: number;
  /** Before each message: longer than the server may wait to tell of several at once. */
  gapMs: number;
  bodyLength: number;
  pid: number;
}

/** Times are from sending a message to the last tab having word of it. */
export interface NotifyFigures extends Latencies, Usage {
  errors: number;
  complaints: string[];
}

const PATIENCE_MS = 20_000;

export async function notify(crowd: Crowd, order: NotifyOrder): Promise<NotifyFigures> {
  const run = newRun();
  const marks = new Marks(run, order.bodyLength);
  const times: number[] = [];
  const complaints: string[] = [];
  const meter = new Meter(order.pid);
  for (let n = 0; n < order.messages; n++) {
    await sleep(order.gapMs);
    const missing = new Set(crowd.sockets.keys().drop(1));
    const { promise, resolve } = Promise.withResolvers<void>();
    crowd.onMessages = (socket, bytes, start, end) =>
      marks.scan(bytes, start, end, (which) => {
        if (socket === 0) return;
        if (which !== n || !missing.delete(socket))
          complaints.push(`tab ${socket} had word of ${which} again`);
        if (missing.size === 0) resolve();
      }) > 0;
    const from = performance.now();
    const frame = crowd.dialects[0]?.chat({ run, n, body: marks.body(n), wantsAck: false }) ?? "";
    crowd.sockets[0]?.send(frame);
    const ended = new AbortController();
    await Promise.race([
      promise,
      sleep(PATIENCE_MS, undefined, { signal: ended.signal }).catch(() => undefined),
    ]);
    ended.abort();
    times.push(performance.now() - from);
    if (missing.size > 0) complaints.push(`${missing.size} tabs had no word of message ${n}`);
  }
  crowd.onMessages = () => false;
  complaints.push(...crowd.complaints.splice(0));
  const { ms: _ms, ...usage } = meter.read();
  return { ...latencies(times), errors: complaints.length, complaints, ...usage };
}
