/**
 * Load on rooms, as a closed loop: so many messages are under way, and when the last socket of its room has one, the
 * next is sent. What is counted are whole deliveries, to every socket.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Crowd } from "./crowd.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { Marks, newRun } from "./marks.ts";
import { Meter, type Usage } from "./meter.ts";
import { Tally } from "./tally.ts";
import { Witness } from "./witness.ts";

export interface LoadOrder {
  rooms: number;
  /** Messages under way at once, in all rooms together. */
  window: number;
  /** How many sockets of each room talk. */
  senders: number;
  bodyLength: number;
  /** Not measured, at first. */
  warmMs: number;
  measureMs: number;
  /** The server's process. */
  pid: number;
}

/** Times are from sending a message to the last socket having it. */
export interface LoadFigures extends Latencies, Usage {
  deliveriesPerS: number;
  messagesPerS: number;
  errors: number;
  /** All of the run, also outside of the measured time. */
  messages: number;
  deliveries: number;
  complaints: string[];
}

/** After the end, nothing new for so long means that nothing comes any more. */
const SILENCE_MS = 10_000;
const LOOK_MS = 50;
/** As many are told; all are counted. */
const COMPLAINTS = 5;
/** The last sockets of the first room: witnesses that do not talk where there are enough who do. */
const WITNESSES = 2;

export async function loadRooms(crowd: Crowd, order: LoadOrder): Promise<LoadFigures> {
  const run = newRun();
  const marks = new Marks(run, order.bodyLength);
  const sentAt: number[] = [];
  const times: number[] = [];
  let isSending = true;
  let isMeasuring = false;
  let doneInTime = 0;

  const seating = { sockets: crowd.sockets.length, rooms: order.rooms, senders: order.senders };
  const tally = new Tally(seating, (n) => {
    if (isMeasuring) {
      times.push(performance.now() - (sentAt[n] ?? NaN));
      if (isSending) doneInTime++;
    }
    if (isSending) send();
  });
  const send = () => {
    const { n, sender } = tally.send();
    const frame = crowd.dialects[sender]?.chat({ run, n, body: marks.body(n), wantsAck: false }) ?? "";
    sentAt.push(performance.now());
    crowd.sockets[sender]?.send(frame);
  };

  const witnesses = new Map<number, Witness>();
  for (let i = 1; i <= WITNESSES; i++)
    witnesses.set(Math.max(0, seating.sockets - i * order.rooms), new Witness());
  crowd.onMessages = (socket, bytes, start, end) => {
    const witness = witnesses.get(socket);
    const count = marks.scan(bytes, start, end, (n) => {
      witness?.counted(n);
      tally.deliver(socket, n);
    });
    if (count > 0) witness?.keep(bytes.toString("utf8", start, end));
    return count > 0;
  };

  for (let i = 0; i < order.window; i++) send();
  await sleep(order.warmMs);
  isMeasuring = true;
  const meter = new Meter(order.pid);
  const before = tally.deliveries;
  await sleep(order.measureMs);
  isSending = false;
  const { ms, ...usage } = meter.read();
  const deliveriesInTime = tally.deliveries - before;

  await drained(tally);
  crowd.onMessages = () => false;
  tally.close();
  const complaints = [
    ...crowd.complaints.splice(0),
    ...tally.complaints,
    ...[...witnesses].flatMap(([socket, witness]) => {
      const dialect = crowd.dialects[socket];
      return dialect ? witness.complaints(dialect, (n) => marks.body(n)) : [];
    }),
  ];
  return {
    deliveriesPerS: (deliveriesInTime / ms) * 1000,
    messagesPerS: (doneInTime / ms) * 1000,
    ...latencies(times),
    errors: Math.max(tally.errors, complaints.length),
    messages: tally.sent,
    deliveries: tally.deliveries,
    ...usage,
    complaints: complaints.slice(0, COMPLAINTS),
  };
}

/** Resolves when everything that was sent has come, or nothing more does. */
async function drained(tally: Tally): Promise<void> {
  let last = tally.deliveries;
  let silentFrom = performance.now();
  while (tally.outstanding > 0 && performance.now() - silentFrom < SILENCE_MS) {
    await sleep(LOOK_MS);
    if (tally.deliveries === last) continue;
    last = tally.deliveries;
    silentFrom = performance.now();
  }
}
