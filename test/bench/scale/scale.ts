/**
 * `npm run scale -- --sockets 20000`: one thread with more sockets than one process may open files, all of them inside of
 * the server's process; first with all in the thread's own object, then with most at relays. All objects share one
 * thread of execution here, and so does the crowd: what is told is what the work is, and not how it would be spread.
 */
import { fileURLToPath } from "node:url";
import { RELAY_SOCKETS, ROOM_SOCKETS, SOCKETS_PER_USER } from "../../../src/protocol/limits.ts";
import { people } from "../../chaos/support/people.ts";
import { script, type Row } from "../../chaos/support/script.ts";
import { Server } from "../../chaos/support/server.ts";
import { cpuMs, residentBytes } from "../load/process-usage.ts";

const MIB = 1024 * 1024;
const SINGLES = 20;
const WINDOWS = [16, 64];
/** More than any room here: nothing is at relays. */
const ALL = 1_000_000;

interface Outcome {
  openMs: number;
  single: number[];
  loads: { window: number; messagesPerS: number; deliveriesPerS: number }[];
  complaints: string[];
}

await script(
  "scale",
  { sockets: 20_000, seconds: 10, room: ROOM_SOCKETS, relay: RELAY_SOCKETS },
  async ({ sockets, seconds, room, relay }) => {
    const rows: Row[] = [];
    const violations: string[] = [];
    for (const [name, roomSockets] of [
      ["in the thread's object", ALL],
      [`${room} there, the others at relays of ${relay}`, room],
    ] as const) {
      const { row, complaints } = await measure(sockets, seconds, roomSockets, relay);
      rows.push({ sockets: name, ...row });
      violations.push(...complaints.map((complaint) => `${name}: ${complaint}`));
    }
    return { rows, violations };
  },
);

async function measure(sockets: number, seconds: number, room: number, relay: number) {
  const vars = { ROOM_SOCKETS: String(room), RELAY_SOCKETS: String(relay) };
  const companion = fileURLToPath(new URL("crowd.mjs", import.meta.url));
  const server = await Server.start(vars, { inspector: false, companion });
  try {
    const crowd = await people(
      server,
      Array.from({ length: Math.ceil((sockets * 2) / SOCKETS_PER_USER) }, (_person, i) => `u${i}`),
    );
    const [owner] = crowd;
    if (!owner) throw new Error("nobody to make a thread");
    const { id: threadId } = await owner.api.createThread({ kind: "public", name: "scale" });
    const before = residentBytes(server.pid);
    const cpuBefore = cpuMs(server.pid);
    const response = await fetch(server.companionUrl, {
      method: "POST",
      body: JSON.stringify({
        threadId,
        tokens: crowd.map(({ token }) => token),
        sockets,
        singles: SINGLES,
        windows: WINDOWS,
        seconds,
      }),
      signal: AbortSignal.timeout(600_000),
    });
    if (!response.ok) throw new Error(`the crowd answered ${response.status}: ${await response.text()}`);
    const { openMs, single, loads, complaints } = (await response.json()) as Outcome;
    const cpu = cpuMs(server.pid) - cpuBefore;
    const row: Row = {
      "opened/s": Math.round((sockets * 1000) / openMs),
      "one message, ms": median(single),
      ...Object.fromEntries(
        loads.map(({ window, deliveriesPerS }) => [
          `deliveries/s, ${window} in flight`,
          Math.round(deliveriesPerS),
        ]),
      ),
      cores: Number((cpu / (openMs + seconds * 1000 * WINDOWS.length)).toFixed(2)),
      "KiB a socket, both ends": Math.round((residentBytes(server.pid) - before) / 1024 / sockets),
      "server MiB": Math.round(residentBytes(server.pid) / MIB),
    };
    return { row, complaints: [...new Set(complaints)].slice(0, 5) };
  } finally {
    await server.stop();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
