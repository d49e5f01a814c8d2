/**
 * What the benchmark is to show, as ratios within one run; whether it does; and beside it what a Durable Object reaches
 * that stores nothing: no more is to be had on the platform.
 */
import type { FigureOf, Results, Spread } from "../results.ts";
import { FLAT } from "../scenarios/histories.ts";
import { inFlight, WINDOWS } from "../scenarios/rooms.ts";
import { markdown, ratioText } from "./tables.ts";

interface Target {
  text: string;
  /** The ratio is to be at least, or at most, so much. */
  least?: number;
  most?: number;
  measured: Measured;
}

/** The ratio as Lilypad reaches it, and where it was taken, as a bare Durable Object does. */
interface Measured {
  lilypad: Spread | undefined;
  bare?: Spread | undefined;
}

/** As much of the best as counts as level with it. */
const LEVEL = 0.9;
/** A throughput that is so near to the highest is saturation. */
const SATURATED = 0.95;

/** The targets whose figures were taken, each with PASS or MISS. */
export function targetsTable(results: Results): string {
  const rows = targets(results).flatMap(({ text, least, most, measured }) => {
    const { lilypad, bare } = measured;
    if (!lilypad) return [];
    const isMet = least === undefined ? lilypad.median <= (most ?? Infinity) : lilypad.median >= least;
    const wanted = least === undefined ? `at most ${most} ×` : `at least ${least} ×`;
    return [[text, wanted, ratioText(lilypad), isMet ? "PASS" : "**MISS**", ratioText(bare)]];
  });
  return rows.length === 0
    ? ""
    : `### What it is to reach\n\n${markdown(["", "wanted", "measured", "", "bare Durable Object"], rows)}`;
}

function targets(results: Results): Target[] {
  return [
    ...deliveries(results),
    lastReceiver(results),
    ...oneAtATime(results),
    ...histories(results),
    {
      text: "incoming durable messages/s, 512 in flight: to Socket.IO with a commit for each",
      least: 2.3,
      measured: ratio(results, "incoming", inFlight(512), "messagesPerS", "socket.io+sqlite"),
    },
  ];
}

function deliveries(results: Results): Target[] {
  const target = (sockets: number, window: number, least: number, peer: string, title: string): Target => ({
    text: `deliveries/s in a room of ${sockets.toLocaleString("en")}, ${inFlight(window)}: to ${title}`,
    least,
    measured: ratio(results, `room-${sockets}`, inFlight(window), "deliveriesPerS", peer),
  });
  return [
    target(100, 16, 2, "socket.io", "Socket.IO"),
    target(100, 16, 7, "flask", "Flask-SocketIO"),
    target(100, 64, 4, "socket.io", "Socket.IO"),
    target(100, 256, 6, "socket.io", "Socket.IO"),
    target(100, 64, LEVEL, "bun", "Bun's publish"),
    target(100, 256, LEVEL, "bun", "Bun's publish"),
    ...[1_000, 10_000].flatMap((sockets) =>
      [16, 64, 256].map((window) => target(sockets, window, 5, "socket.io", "Socket.IO")),
    ),
  ];
}

/**
 * p99 where Socket.IO delivers about as much as it ever does, with several in flight: one at a time, nothing queues,
 * and how long that takes is a target of its own.
 */
function lastReceiver(results: Results): Target {
  const several = WINDOWS.filter((window) => window > 1);
  const rate = (window: number) =>
    results.figure("room-100", inFlight(window), "socket.io", "deliveriesPerS")?.median ?? 0;
  const most = Math.max(...several.map(rate));
  const window = several.find((one) => rate(one) >= most * SATURATED) ?? 16;
  return {
    text: `p99 to the last of 100, ${inFlight(window)}, where Socket.IO saturates: to Socket.IO's`,
    most: 0.5,
    measured: ratio(results, "room-100", inFlight(window), "p99Ms", "socket.io"),
  };
}

function oneAtATime(results: Results): Target[] {
  const target = (most: number, peer: string, title: string): Target => ({
    text: `one message at a time, p50 to the last of 100: to ${title}`,
    most,
    measured: ratio(results, "room-100", inFlight(1), "p50Ms", peer),
  });
  return [
    target(1, "socket.io+sqlite", "Socket.IO with each message in SQLite"),
    target(4, "socket.io", "Socket.IO"),
  ];
}

/** The longest history to the shortest. */
function histories(results: Results): Target[] {
  return FLAT.flatMap((what) => {
    const loads = results.loads("history").filter((load) => load.startsWith(what));
    const of = (load = ""): FigureOf => ({ scenario: "history", load, system: "lilypad", figure: "p50Ms" });
    const [short, long] = [loads.at(0), loads.at(-1)];
    return short === undefined || short === long
      ? []
      : [
          {
            text: `${long}: to ${short}`,
            most: 1.3,
            measured: { lilypad: results.ratio(of(long), of(short)) },
          },
        ];
  });
}

function ratio(results: Results, scenario: string, load: string, figure: string, peer: string): Measured {
  const of = (system: string): FigureOf => ({ scenario, load, system, figure });
  return {
    lilypad: results.ratio(of("lilypad"), of(peer)),
    bare: results.ratio(of("object"), of(peer)),
  };
}
