/** The process that makes the load, apart from whoever starts servers and prints tables. It does as it is told over IPC. */
import { Crowd } from "./crowd.ts";
import { carryOut, type Answer, type Message } from "./orders.ts";

const crowd = new Crowd();

process.on("message", (message: Message) => {
  carryOut(crowd, message).then(
    (figures) => process.send?.({ ok: true, figures } satisfies Answer),
    (error: unknown) => process.send?.({ ok: false, error: String(error) } satisfies Answer),
  );
});
// Whoever started this is gone.
process.on("disconnect", () => process.exit());
