/** The most deliveries that the load generator can receive: a measured server is never shown faster than this. */
import { ERRORS, CPU_USAGE } from "./columns.ts";
import { MESSAGE_LENGTH, CONCURRENCY } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";

const SIZES = [100, 1_000, 10_000];
const SHAPES = [
  { perFrame: 1, perWrite: 1, title: "one message per write" },
  { perFrame: 1, perWrite: 16, title: "16 frames of one message per write" },
  { perFrame: 16, perWrite: 1, title: "frames of 16 messages" },
  { perFrame: 256, perWrite: 1, title: "frames of 256 messages" },
];

export const generatorLimit: Scenario = {
  name: "generator",
  title: "The load generator, with a server that only pushes",
  note: "Where the generator is not busy all the time, the null server is the bottleneck.",
  columns: [{ figure: "deliveriesPerS", title: "deliveries/s" }, ERRORS, ...CPU_USAGE],
  supports: ({ name }) => name === "null",
  run: async ({ running, generator, scale, report }) => {
    const { warmMs, measureMs } = scale;
    let sockets = 0;
    for (const size of SIZES.filter((one) => one <= scale.largestRoom)) {
      const more = (await running.targets(1, size)).slice(sockets);
      await generator.run("open", { targets: more, concurrency: CONCURRENCY });
      sockets = size;
      for (const { title, ...shape } of SHAPES) {
        const task = { ...shape, bodyLength: MESSAGE_LENGTH, warmMs, measureMs, pid: running.pid };
        report(`${size.toLocaleString("en")} sockets, ${title}`, {
          ...(await generator.run("intake", task)),
        });
      }
    }
  },
};
