/** What the generator's process can be told to do, and what it answers. */
import type { Opening, Seat } from "./crowd.ts";
import type { FlowFigures, FlowOrder } from "./flow.ts";
import type { LoadFigures, LoadOrder } from "./room-load.ts";

export interface Orders {
  open: { order: { seats: Seat[]; concurrency: number }; figures: Opening };
  load: { order: LoadOrder; figures: LoadFigures };
  flow: { order: FlowOrder; figures: FlowFigures };
}

export type OrderName = keyof Orders;
export type Order<N extends OrderName = OrderName> = { name: N; order: Orders[N]["order"] };
export type Answer<N extends OrderName = OrderName> =
  | { ok: true; figures: Orders[N]["figures"] }
  | { ok: false; error: string };
