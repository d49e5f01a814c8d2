/**
 * `npm run scale`: one thread with more sockets than a process may open files. The clients run inside of the server's
 * process; first all sockets are at the thread's own object, then most of them at relays. All objects share one thread of
 * execution here, as do the clients: this measures the amount of work, not how it would spread over machines.
 */
import { fileURLToPath } from "node:url";
import { onEnd } from "../../../src/dev/ending.ts";
import { RELAY_SOCKETS, ROOM_SOCKETS, SOCKETS_PER_USER } from "../../../src/protocol/limits.ts";
import { runCommand } from "../../chaos/support/command-line.ts";
import { defineProgram, type Row } from "../../chaos/support/program.ts";
import { Server } from "../../chaos/support/server.ts";
import { signIn } from "../../chaos/support/users.ts";
import { cpuMs, residentBytes } from "../load/process-usage.ts";
import { median } from "../load/quantile.ts";

const MIB = 1024 * 1024;
/** Messages that are sent one at a time, before the loads. */
const SINGLE_MESSAGES = 20;
/** Messages in flight, per load. */
const WINDOWS = [16, 64];
/** More than any thread has here: no socket is at a relay. */
const UNLIMITED = 1_000_000;
const TIMEOUT_MS = 600_000;

/** The response of `in-process-load.mjs`. */
interface LoadResult {
  openMs: number;
  singleMs: number[];
  loads: { window: number; messagesPerS: number; deliveriesPerS: number }[];
  errorDetails: string[];
}

const scale = defineProgram({
  name: "scale",
  summary:
    "Puts many sockets into one thread, first all at the thread's own object, then most at relays, and measures deliveries, CPU and memory.",
  duration: "about 2 min",
  options: {
    sockets: { kind: "number", default: 20_000, min: 1, help: "sockets in the thread" },
    seconds: { kind: "number", default: 10, min: 1, help: "duration of each load" },
    room: { kind: "number", default: ROOM_SOCKETS, min: 1, help: "sockets at the thread's own object" },
    relay: { kind: "number", default: RELAY_SOCKETS, min: 1, help: "sockets at each relay" },
  },
  run: async ({ sockets, seconds, room, relay }) => {
    const rows: Row[] = [];
    const violations: string[] = [];
    const set = [
      { name: "all at the thread's object", room: UNLIMITED },
      { name: `${room} there, the others at relays of ${relay}`, room },
    ];
    for (const { name, room: atThread } of set) {
      const { row, errorDetails } = await measure({ sockets, seconds, room: atThread, relay });
      rows.push({ sockets: name, ...row });
      violations.push(...errorDetails.map((detail) => `${name}: ${detail}`));
    }
    return { rows, violations };
  },
});

async function measure({
  sockets,
  seconds,
  room,
  relay,
}: {
  sockets: number;
  seconds: number;
  room: number;
  relay: number;
}): Promise<{ row: Row; errorDetails: string[] }> {
  const vars = { ROOM_SOCKETS: String(room), RELAY_SOCKETS: String(relay) };
  const companion = fileURLToPath(new URL("in-process-load.mjs", import.meta.url));
  const server = await Server.start(vars, { inspector: false, companion });
  try {
    const userCount = Math.ceil((sockets * 2) / SOCKETS_PER_USER);
    const users = await signIn(
      server,
      Array.from({ length: userCount }, (_user, i) => `u${i}`),
    );
    const [owner] = users;
    if (!owner) throw new Error("a thread needs an owner");
    const { id: threadId } = await owner.api.createThread({ kind: "public", name: "scale" });
    const bytesBefore = residentBytes(server.pid);
    const cpuBefore = cpuMs(server.pid);
    const { openMs, singleMs, loads, errorDetails } = await load(server.companionUrl, {
      threadId,
      tokens: users.map(({ token }) => token),
      sockets,
      singleMessages: SINGLE_MESSAGES,
      windows: WINDOWS,
      seconds,
    });
    const cpu = cpuMs(server.pid) - cpuBefore;
    const row: Row = {
      "opened/s": Math.round((sockets * 1000) / openMs),
      "one message, ms": median(singleMs),
      ...Object.fromEntries(
        loads.map(({ window, deliveriesPerS }) => [
          `deliveries/s, ${window} in flight`,
          Math.round(deliveriesPerS),
        ]),
      ),
      cores: Number((cpu / (openMs + seconds * 1000 * WINDOWS.length)).toFixed(2)),
      "KiB per socket, both ends": Math.round((residentBytes(server.pid) - bytesBefore) / 1024 / sockets),
      "server MiB": Math.round(residentBytes(server.pid) / MIB),
    };
    return { row, errorDetails: [...new Set(errorDetails)].slice(0, 5) };
  } finally {
    await server.stop();
  }
}

async function load(url: string, settings: object): Promise<LoadResult> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(settings),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the load answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as LoadResult;
}

// workerd ends with this process.
onEnd(() => process.exit(130));
await runCommand("npm run scale", () => scale.run(process.argv.slice(2)));
