/**
 * Where Lilypad's time goes in one room under load, by V8's own profiler in its isolate:
 * `node test/bench/profile.ts --sockets 100 --window 16 --seconds 5 --out room.cpuprofile` (which Chrome's DevTools open).
 */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { LoadProcess } from "./load/load-process.ts";
import { markdown } from "./report/tables.ts";
import { BODY_LENGTH, CONCURRENCY, SENDERS } from "./scenarios/rooms.ts";
import { lilypad } from "./systems/lilypad.ts";

/** Often enough to see what takes 1 % of a second. */
const SAMPLE_MICROSECONDS = 200;
const SHOWN = 25;
const WARM_MS = 1_000;

/** As the protocol of V8's inspector has it. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
}

const { values } = parseArgs({
  options: {
    sockets: { type: "string", default: "100" },
    window: { type: "string", default: "16" },
    seconds: { type: "string", default: "5" },
    out: { type: "string" },
  },
});
let asked = 0;
const measureMs = Number(values.seconds) * 1000;
const system = lilypad({ inspector: true });
const running = await system.start();
const generator = new LoadProcess();
try {
  const seats = await running.seats(1, Number(values.sockets));
  await generator.do("open", { seats, concurrency: CONCURRENCY });
  const inspector = new WebSocket(running.server.inspectorUrl);
  await once(inspector, "open");
  await ask(inspector, "Profiler.enable");
  await ask(inspector, "Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
  await ask(inspector, "Profiler.start");
  const figures = await generator.do("load", {
    rooms: 1,
    window: Number(values.window),
    senders: SENDERS,
    bodyLength: BODY_LENGTH,
    warmMs: WARM_MS,
    measureMs,
    pid: running.pid,
  });
  const { profile } = (await ask(inspector, "Profiler.stop")) as { profile: CpuProfile };
  inspector.terminate();
  if (values.out !== undefined) await writeFile(values.out, JSON.stringify(profile));
  console.log(`${Math.round(figures.deliveriesPerS).toLocaleString("en")} deliveries/s while profiled`);
  console.log(markdown(["function", "where", "of the time, %"], selfTimes(profile)));
} finally {
  await generator.stop();
  await running.stop();
  await system.dispose();
}

async function ask(inspector: WebSocket, method: string, params: object = {}): Promise<unknown> {
  const id = ++asked;
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const hear = (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as { id?: number; result: unknown };
    if (answer.id !== id) return;
    inspector.off("message", hear);
    resolve(answer.result);
  };
  inspector.on("message", hear);
  inspector.send(JSON.stringify({ id, method, params }));
  return promise;
}

/** The functions in which most samples were taken. */
function selfTimes({ nodes, samples }: CpuProfile): string[][] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      {
        name: functionName || "(anonymous)",
        where: url === "" ? "" : `${url.split("/").at(-1)}:${lineNumber + 1}`,
      },
    ]),
  );
  const counts = new Map<string, { name: string; where: string; count: number }>();
  for (const sample of samples) {
    const { name = "?", where = "" } = names.get(sample) ?? {};
    const key = `${name} ${where}`;
    const entry = counts.get(key) ?? { name, where, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  return [...counts.values()]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, SHOWN)
    .map(({ name, where, count }) => [name, where, ((count / samples.length) * 100).toFixed(1)]);
}
