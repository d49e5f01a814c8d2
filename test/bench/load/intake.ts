/** The most messages that the load generator can receive, from a server that only pushes. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadConnections } from "./connections.ts";
import { MessageMarks, newRun } from "./message-marks.ts";
import { CpuMeter, type CpuUsage } from "./cpu-meter.ts";

export interface IntakeTask {
  /** Messages in one frame, and frames in one write. */
  perFrame: number;
  perWrite: number;
  bodyLength: number;
  warmMs: number;
  measureMs: number;
  pid: number;
}

export interface IntakeFigures extends CpuUsage {
  deliveriesPerS: number;
  errors: number;
}

export async function measureIntake(connections: LoadConnections, task: IntakeTask): Promise<IntakeFigures> {
  const marks = new MessageMarks(newRun(), task.bodyLength);
  const next = new Int32Array(connections.sockets.length);
  let deliveries = 0;
  let errors = 0;
  connections.onMessages = (socket, bytes, start, end) => {
    const count = marks.scan(bytes, start, end, (n) => {
      if (next[socket] !== n) errors++;
      next[socket] = n + 1;
      deliveries++;
    });
    return count > 0;
  };
  const { perFrame, perWrite } = task;
  connections.sockets[0]?.send(JSON.stringify({ type: "push", body: marks.body(0), perFrame, perWrite }));
  await sleep(task.warmMs);
  const meter = new CpuMeter(task.pid);
  const before = deliveries;
  await sleep(task.measureMs);
  const { ms, ...usage } = meter.read();
  return { deliveriesPerS: ((deliveries - before) / ms) * 1000, errors, ...usage };
}
