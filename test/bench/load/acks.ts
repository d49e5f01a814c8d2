/** The time to a message's acknowledgement: one socket sends, with a number of messages in flight. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadConnections } from "./connections.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { MessageMarks, newRun } from "./message-marks.ts";
import { CpuMeter, type CpuUsage } from "./cpu-meter.ts";

export interface AckTask {
  window: number;
  bodyLength: number;
  warmMs: number;
  measureMs: number;
  pid: number;
}

/** Times are from sending a message to its acknowledgement. */
export interface AckFigures extends Latencies, CpuUsage {
  acksPerS: number;
  errors: number;
  errorDetails: string[];
}

/** How long acknowledgements may take after the end of the measurement. */
const TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 20;

export async function timeAcks(connections: LoadConnections, task: AckTask): Promise<AckFigures> {
  const run = newRun();
  const marks = new MessageMarks(run, task.bodyLength);
  const sentAt = new Map<number, number>();
  const times: number[] = [];
  const errorDetails: string[] = [];
  let sent = 0;
  let isSending = true;
  let isMeasuring = false;
  const send = () => {
    const n = sent++;
    const frame = connections.dialects[0]?.chat({ run, n, body: marks.body(n), wantsAck: true }) ?? "";
    sentAt.set(n, performance.now());
    connections.sockets[0]?.send(frame);
  };
  connections.onAck = (n) => {
    const at = sentAt.get(n);
    if (at === undefined) errorDetails.push(`message ${n} was acknowledged but not in flight`);
    else if (isMeasuring) times.push(performance.now() - at);
    sentAt.delete(n);
    if (isSending) send();
  };
  for (let i = 0; i < task.window; i++) send();
  await sleep(task.warmMs);
  isMeasuring = true;
  const meter = new CpuMeter(task.pid);
  await sleep(task.measureMs);
  const { ms, ...usage } = meter.read();
  const acks = times.length;
  isSending = false;
  const deadline = performance.now() + TIMEOUT_MS;
  while (sentAt.size > 0 && performance.now() < deadline) await sleep(CHECK_INTERVAL_MS);
  connections.onAck = () => {};
  if (sentAt.size > 0) errorDetails.push(`${sentAt.size} messages were never acknowledged`);
  errorDetails.push(...connections.errorDetails.splice(0));
  return {
    acksPerS: (acks / ms) * 1000,
    ...latencies(times),
    errors: errorDetails.length,
    errorDetails,
    ...usage,
  };
}
