/** How soon a sender is told that its message is taken: one socket talks, with so many messages under way. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Crowd } from "./crowd.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { Marks, newRun } from "./marks.ts";
import { Meter, type Usage } from "./meter.ts";

export interface AckOrder {
  window: number;
  bodyLength: number;
  warmMs: number;
  measureMs: number;
  pid: number;
}

/** Times are from sending a message to its acknowledgement. */
export interface AckFigures extends Latencies, Usage {
  acksPerS: number;
  errors: number;
  complaints: string[];
}

/** After the end, what has not come by then does not come. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

export async function timeAcks(crowd: Crowd, order: AckOrder): Promise<AckFigures> {
  const run = newRun();
  const marks = new Marks(run, order.bodyLength);
  const sentAt = new Map<number, number>();
  const times: number[] = [];
  const complaints: string[] = [];
  let sent = 0;
  let isSending = true;
  let isMeasuring = false;
  const send = () => {
    const n = sent++;
    const frame = crowd.dialects[0]?.chat({ run, n, body: marks.body(n), wantsAck: true }) ?? "";
    sentAt.set(n, performance.now());
    crowd.sockets[0]?.send(frame);
  };
  crowd.onAck = (n) => {
    const at = sentAt.get(n);
    if (at === undefined) complaints.push(`message ${n} was acknowledged and not under way`);
    else if (isMeasuring) times.push(performance.now() - at);
    sentAt.delete(n);
    if (isSending) send();
  };
  for (let i = 0; i < order.window; i++) send();
  await sleep(order.warmMs);
  isMeasuring = true;
  const meter = new Meter(order.pid);
  await sleep(order.measureMs);
  const { ms, ...usage } = meter.read();
  const acks = times.length;
  isSending = false;
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (sentAt.size > 0 && performance.now() < giveUpAt) await sleep(LOOK_MS);
  crowd.onAck = () => {};
  if (sentAt.size > 0) complaints.push(`${sentAt.size} messages were never acknowledged`);
  complaints.push(...crowd.complaints.splice(0));
  return {
    acksPerS: (acks / ms) * 1000,
    ...latencies(times),
    errors: complaints.length,
    complaints,
    ...usage,
  };
}
