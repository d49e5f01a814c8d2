/** The process that makes the load, apart from whoever starts servers and prints tables. It does as it is told over IPC. */
import { Crowd } from "./crowd.ts";
import { takeFlow } from "./flow.ts";
import type { Answer, Order } from "./orders.ts";
import { loadRooms } from "./room-load.ts";

const crowd = new Crowd();

function carryOut({ name, order }: Order): Promise<unknown> {
  switch (name) {
    case "open":
      return crowd.open(
        (order as Order<"open">["order"]).seats,
        (order as Order<"open">["order"]).concurrency,
      );
    case "load":
      return loadRooms(crowd, order as Order<"load">["order"]);
    case "flow":
      return takeFlow(crowd, order as Order<"flow">["order"]);
  }
}

process.on("message", (order: Order) => {
  carryOut(order).then(
    (figures) => process.send?.({ ok: true, figures } as Answer),
    (error: unknown) => process.send?.({ ok: false, error: String(error) } satisfies Answer),
  );
});
// Whoever started this is gone.
process.on("disconnect", () => process.exit());
