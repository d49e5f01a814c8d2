/** What the generator itself can take in: a null server that has nothing to do but push messages sends all it can. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Crowd } from "./crowd.ts";
import { Marks, newRun } from "./marks.ts";
import { Meter, type Usage } from "./meter.ts";

export interface FlowOrder {
  /** Messages in one frame, and frames in one write. */
  perFrame: number;
  perWrite: number;
  bodyLength: number;
  warmMs: number;
  measureMs: number;
  pid: number;
}

export interface FlowFigures extends Usage {
  deliveriesPerS: number;
  errors: number;
}

export async function takeFlow(crowd: Crowd, order: FlowOrder): Promise<FlowFigures> {
  const marks = new Marks(newRun(), order.bodyLength);
  const next = new Int32Array(crowd.sockets.length);
  let deliveries = 0;
  let errors = 0;
  crowd.onMessages = (socket, bytes, start, end) => {
    const count = marks.scan(bytes, start, end, (n) => {
      if (next[socket] !== n) errors++;
      next[socket] = n + 1;
      deliveries++;
    });
    return count > 0;
  };
  const { perFrame, perWrite } = order;
  crowd.sockets[0]?.send(JSON.stringify({ type: "push", body: marks.body(0), perFrame, perWrite }));
  await sleep(order.warmMs);
  const meter = new Meter(order.pid);
  const before = deliveries;
  await sleep(order.measureMs);
  const { ms, ...usage } = meter.read();
  return { deliveriesPerS: ((deliveries - before) / ms) * 1000, errors, ...usage };
}
