/** What the generator can take in: without this no other figure says anything. */
import { ERRORS, USAGE } from "./columns.ts";
import { BODY_LENGTH, CONCURRENCY } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";

const SIZES = [100, 1_000, 10_000];
const SHAPES = [
  { perFrame: 1, perWrite: 1, title: "one message a write" },
  { perFrame: 1, perWrite: 16, title: "16 frames of one message a write" },
  { perFrame: 16, perWrite: 1, title: "frames of 16 messages" },
  { perFrame: 256, perWrite: 1, title: "frames of 256 messages" },
];

export const ceiling: Scenario = {
  name: "generator",
  title: "The generator, against a server that only pushes",
  note: "Where it is not busy all of the time, the null server is the slower of the two.",
  columns: [{ figure: "deliveriesPerS", title: "deliveries/s" }, ERRORS, ...USAGE],
  suits: ({ name }) => name === "null",
  run: async ({ running, generator, scale, tell }) => {
    const { warmMs, measureMs } = scale;
    let sockets = 0;
    for (const size of SIZES.filter((one) => one <= scale.largestRoom)) {
      const more = (await running.seats(1, size)).slice(sockets);
      await generator.do("open", { seats: more, concurrency: CONCURRENCY });
      sockets = size;
      for (const { title, ...shape } of SHAPES) {
        const order = { ...shape, bodyLength: BODY_LENGTH, warmMs, measureMs, pid: running.pid };
        tell(`${size.toLocaleString("en")} sockets, ${title}`, { ...(await generator.do("flow", order)) });
      }
    }
  },
};
