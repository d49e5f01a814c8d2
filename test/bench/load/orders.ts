/** What the generator's process can be told to do, and what it answers. */
import { timeAcks, type AckFigures, type AckOrder } from "./acks.ts";
import type { Crowd, Opening, Seat } from "./crowd.ts";
import { fill, type FillFigures, type FillOrder } from "./filling.ts";
import { takeFlow, type FlowFigures, type FlowOrder } from "./flow.ts";
import { notify, type NotifyFigures, type NotifyOrder } from "./notifying.ts";
import { resume, type ResumeFigures, type ResumeOrder } from "./resuming.ts";
import { loadRooms, type LoadFigures, type LoadOrder } from "./room-load.ts";

interface OpenOrder {
  seats: Seat[];
  concurrency: number;
}

export interface Orders {
  open: { order: OpenOrder; figures: Opening };
  /** Breaks off every connection that was opened. */
  cut: { order: object; figures: void };
  load: { order: LoadOrder; figures: LoadFigures };
  acks: { order: AckOrder; figures: AckFigures };
  fill: { order: FillOrder; figures: FillFigures };
  resume: { order: ResumeOrder; figures: ResumeFigures };
  notify: { order: NotifyOrder; figures: NotifyFigures };
  flow: { order: FlowOrder; figures: FlowFigures };
}

export type OrderName = keyof Orders;
/** What is sent to the generator's process, and what it sends back. */
export type Message = { [N in OrderName]: { name: N; order: Orders[N]["order"] } }[OrderName];
export type Answer<F = unknown> = { ok: true; figures: F } | { ok: false; error: string };

/** Does what is ordered; `crowd` are the sockets that were opened before. */
export function carryOut(crowd: Crowd, { name, order }: Message): Promise<Orders[OrderName]["figures"]> {
  switch (name) {
    case "open":
      return crowd.open(order.seats, order.concurrency);
    case "cut":
      return crowd.cut();
    case "load":
      return loadRooms(crowd, order);
    case "acks":
      return timeAcks(crowd, order);
    case "fill":
      return fill(crowd, order);
    case "resume":
      return resume(order);
    case "notify":
      return notify(crowd, order);
    case "flow":
      return takeFlow(crowd, order);
  }
}
