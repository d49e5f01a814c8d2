/** The time to a message's notifications: the first socket sends in a thread, the others are its members' open tabs. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadConnections } from "./connections.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { MessageMarks, newRun } from "./message-marks.ts";
import { CpuMeter, type CpuUsage } from "./cpu-meter.ts";

export interface NotifyTask {
  messages: number;
  /** Before each message: longer than the server may coalesce notifications. */
  gapMs: number;
  bodyLength: number;
  pid: number;
}

/** Times are from sending a message to its notification at the last tab. */
export interface NotifyFigures extends Latencies, CpuUsage {
  errors: number;
  errorDetails: string[];
}

const TIMEOUT_MS = 20_000;

export async function notifyTabs(connections: LoadConnections, task: NotifyTask): Promise<NotifyFigures> {
  const run = newRun();
  const marks = new MessageMarks(run, task.bodyLength);
  const times: number[] = [];
  const errorDetails: string[] = [];
  const meter = new CpuMeter(task.pid);
  for (let n = 0; n < task.messages; n++) {
    await sleep(task.gapMs);
    const missing = new Set(connections.sockets.keys().drop(1));
    const { promise, resolve } = Promise.withResolvers<void>();
    connections.onMessages = (socket, bytes, start, end) =>
      marks.scan(bytes, start, end, (which) => {
        if (socket === 0) return;
        if (which !== n || !missing.delete(socket))
          errorDetails.push(`tab ${socket} was notified of ${which} again`);
        if (missing.size === 0) resolve();
      }) > 0;
    const from = performance.now();
    const frame = connections.dialects[0]?.chat({ run, n, body: marks.body(n), wantsAck: false }) ?? "";
    connections.sockets[0]?.send(frame);
    const ended = new AbortController();
    await Promise.race([
      promise,
      sleep(TIMEOUT_MS, undefined, { signal: ended.signal }).catch(() => undefined),
    ]);
    ended.abort();
    times.push(performance.now() - from);
    if (missing.size > 0) errorDetails.push(`${missing.size} tabs were not notified of message ${n}`);
  }
  connections.onMessages = () => false;
  errorDetails.push(...connections.errorDetails.splice(0));
  const { ms: _ms, ...usage } = meter.read();
  return { ...latencies(times), errors: errorDetails.length, errorDetails, ...usage };
}
