/**
 * Load on rooms as a closed loop: a number of messages is in flight, and when the last socket of its room has one, the
 * next is sent. Deliveries are counted at every socket.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadConnections } from "./connections.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { MessageMarks, newRun } from "./message-marks.ts";
import { CpuMeter, type CpuUsage } from "./cpu-meter.ts";
import { DeliveryTracker } from "./delivery-tracker.ts";
import { FrameVerifier } from "./frame-verifier.ts";

export interface LoadTask {
  rooms: number;
  /** Messages in flight, over all rooms. */
  window: number;
  /** How many sockets of each room send. */
  senders: number;
  bodyLength: number;
  /** Before the measurement. */
  warmMs: number;
  measureMs: number;
  /** Process id of the server. */
  pid: number;
}

/** Times are from sending a message to its delivery at the last socket. */
export interface LoadFigures extends Latencies, CpuUsage {
  deliveriesPerS: number;
  messagesPerS: number;
  errors: number;
  /** Of the whole run, including the time before and after the measurement. */
  messages: number;
  deliveries: number;
  errorDetails: string[];
}

/** When nothing has arrived for so long after the end, nothing more is expected. */
const QUIET_MS = 10_000;
const CHECK_INTERVAL_MS = 50;
/** Error details that are reported; all errors are counted. */
const MAX_DETAILS = 5;
/** Sockets whose frames are parsed in full: the last ones of the first room, which do not send where there are enough senders. */
const VERIFIED_SOCKETS = 2;

export async function loadRooms(connections: LoadConnections, task: LoadTask): Promise<LoadFigures> {
  const run = newRun();
  const marks = new MessageMarks(run, task.bodyLength);
  const sentAt: number[] = [];
  const times: number[] = [];
  let isSending = true;
  let isMeasuring = false;
  let doneInTime = 0;

  const layout = { sockets: connections.sockets.length, rooms: task.rooms, senders: task.senders };
  const tracker = new DeliveryTracker(layout, (n) => {
    if (isMeasuring) {
      times.push(performance.now() - (sentAt[n] ?? NaN));
      if (isSending) doneInTime++;
    }
    if (isSending) send();
  });
  const send = () => {
    const { n, sender } = tracker.send();
    const frame = connections.dialects[sender]?.chat({ run, n, body: marks.body(n), wantsAck: false }) ?? "";
    sentAt.push(performance.now());
    connections.sockets[sender]?.send(frame);
  };

  const verifiers = new Map<number, FrameVerifier>();
  for (let i = 1; i <= VERIFIED_SOCKETS; i++)
    verifiers.set(Math.max(0, layout.sockets - i * task.rooms), new FrameVerifier());
  connections.onMessages = (socket, bytes, start, end) => {
    const verifier = verifiers.get(socket);
    const endOfMessages = connections.dialects[socket]?.endOfMessages?.(bytes, start, end) ?? end;
    const count = marks.scan(bytes, start, endOfMessages, (n) => {
      verifier?.found(n);
      tracker.deliver(socket, n);
    });
    if (count > 0) verifier?.keep(bytes.toString("utf8", start, end));
    return count > 0;
  };

  for (let i = 0; i < task.window; i++) send();
  await sleep(task.warmMs);
  isMeasuring = true;
  const meter = new CpuMeter(task.pid);
  const before = tracker.deliveries;
  await sleep(task.measureMs);
  isSending = false;
  const { ms, ...usage } = meter.read();
  const deliveriesInTime = tracker.deliveries - before;

  await drained(tracker);
  connections.onMessages = () => false;
  tracker.close();
  const errorDetails = [
    ...connections.errorDetails.splice(0),
    ...tracker.errorDetails,
    ...[...verifiers].flatMap(([socket, verifier]) => {
      const dialect = connections.dialects[socket];
      return dialect ? verifier.differences(dialect, (n) => marks.body(n)) : [];
    }),
  ];
  return {
    deliveriesPerS: (deliveriesInTime / ms) * 1000,
    messagesPerS: (doneInTime / ms) * 1000,
    ...latencies(times),
    errors: Math.max(tracker.errors, errorDetails.length),
    messages: tracker.sent,
    deliveries: tracker.deliveries,
    ...usage,
    errorDetails: errorDetails.slice(0, MAX_DETAILS),
  };
}

/** Resolves when every message has arrived, or nothing more is expected. */
async function drained(tracker: DeliveryTracker): Promise<void> {
  let last = tracker.deliveries;
  let quietSince = performance.now();
  while (tracker.outstanding > 0 && performance.now() - quietSince < QUIET_MS) {
    await sleep(CHECK_INTERVAL_MS);
    if (tracker.deliveries === last) continue;
    last = tracker.deliveries;
    quietSince = performance.now();
  }
}
