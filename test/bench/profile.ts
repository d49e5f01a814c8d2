/**
 * `npm run profile`: where Lilypad's CPU time goes in rooms under load, or while sockets connect, by V8's profiler in its
 * isolate. With `--out` the profile is written as a file that Chrome's DevTools open.
 */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { WebSocket } from "ws";
import { onEnd } from "../../src/dev/ending.ts";
import { optionLines, parseOptions, runCommand } from "../chaos/support/command-line.ts";
import { LoadProcess } from "./load/load-process.ts";
import { markdown } from "./report/tables.ts";
import { Resources } from "./resources.ts";
import { MESSAGE_LENGTH, CONCURRENCY, SENDERS } from "./scenarios/rooms.ts";
import { lilypad } from "./systems/lilypad.ts";

/** Short enough to see what takes 1 % of a second. */
const SAMPLE_MICROSECONDS = 200;
const LISTED_FUNCTIONS = 25;
const WARM_MS = 1_000;

const OPTIONS = {
  rooms: { kind: "number", default: 1, min: 1, help: "rooms" },
  sockets: { kind: "number", default: 100, min: 1, help: "sockets in each" },
  connect: { kind: "flag", help: "profile the sockets' first visits instead of messages" },
  window: { kind: "number", default: 16, min: 1, help: "messages in flight" },
  seconds: { kind: "number", default: 5, min: 1, help: "duration of the profile" },
  out: { kind: "text", placeholder: "FILE", help: "write the profile to FILE (.cpuprofile)" },
} as const;

const HELP = `npm run profile -- [options]

Profiles Lilypad in rooms under load, and lists the functions that took the most CPU time.

${optionLines(OPTIONS)
  .map((line) => `  ${line}`)
  .join("\n")}`;

/** As in the protocol of V8's inspector. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
}

/** A connection to V8's inspector. */
class Inspector {
  readonly #socket: WebSocket;
  #calls = 0;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
  }

  async call<R>(method: string, params: object = {}): Promise<R> {
    if (this.#socket.readyState === WebSocket.CONNECTING) await once(this.#socket, "open");
    const id = ++this.#calls;
    const { promise, resolve } = Promise.withResolvers<R>();
    const onMessage = (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as { id?: number; result: R };
      if (answer.id !== id) return;
      this.#socket.off("message", onMessage);
      resolve(answer.result);
    };
    this.#socket.on("message", onMessage);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }

  close(): void {
    this.#socket.terminate();
  }
}

const resources = new Resources();
onEnd(() => void resources.stopAll().then(() => process.exit(130)));
await runCommand("npm run profile", async () => {
  const options = parseOptions(process.argv.slice(2), OPTIONS);
  if (options === "help") return console.log(HELP);
  const system = lilypad({ inspector: true });
  await resources.with(
    () => system.start(),
    (running) =>
      resources.with(
        async () => new LoadProcess(),
        async (generator) => {
          const { rooms, sockets, window } = options;
          const targets = await running.targets(rooms, sockets);
          const open = () => generator.run("open", { targets, concurrency: CONCURRENCY });
          if (!options.connect) await open();
          const inspector = new Inspector(running.server.inspectorUrl);
          await inspector.call("Profiler.enable");
          await inspector.call("Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
          await inspector.call("Profiler.start");
          const load = {
            rooms,
            window,
            senders: Math.min(sockets, SENDERS),
            bodyLength: MESSAGE_LENGTH,
            warmMs: WARM_MS,
            measureMs: options.seconds * 1000,
            pid: running.pid,
          };
          const done = options.connect
            ? `${rounded((await open()).perS)} sockets/s`
            : `${rounded((await generator.run("load", load)).deliveriesPerS)} deliveries/s`;
          const { profile } = await inspector.call<{ profile: CpuProfile }>("Profiler.stop");
          inspector.close();
          if (options.out !== undefined) await writeFile(options.out, JSON.stringify(profile));
          console.log(`${done} while profiled`);
          console.log(markdown(["function", "source", "% of the time"], selfTimes(profile)));
        },
      ),
  );
});

function rounded(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** The functions with the most samples, and their share. */
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
    .slice(0, LISTED_FUNCTIONS)
    .map(({ name, where, count }) => [name, where, ((count / samples.length) * 100).toFixed(1)]);
}
