/**
 * The targets of the benchmark, as ratios within one run, and whether they are met: to what one would use instead, and to
 * bare Durable Objects, which are the limit of the platform. Beside each the ratio of the bare object that stores nothing.
 */
import type { FigureKey, Results, Spread } from "../results.ts";
import { FLAT_LOADS } from "../scenarios/histories.ts";
import { FIRST_VISIT, RECONNECTING } from "../scenarios/connecting.ts";
import { inFlight, smallRooms, WINDOWS } from "../scenarios/rooms.ts";
import { markdown, ratioText, short } from "./tables.ts";

interface Target {
  text: string;
  /** The bounds of the ratio; one of them is set. */
  min?: number;
  max?: number;
  measured: MeasuredRatio;
}

/** Lilypad's ratio and, where it was measured, that of a bare Durable Object. */
interface MeasuredRatio {
  lilypad: Spread | undefined;
  bare?: Spread | undefined;
}

/** The bare Durable Object that stores each message. */
const STORING = "object+sqlite";
const STORING_TITLE = "a bare Durable Object that stores";

/** From this ratio on, two servers count as equally fast. */
const EQUAL = 0.9;
/** From this share of its highest throughput on, a server counts as saturated. */
const SATURATED = 0.95;

/** The targets whose figures were measured, each with PASS or MISS. */
export function targetsTable(results: Results): string {
  const rows = targets(results).flatMap(({ text, min, max, measured }) => {
    const { lilypad, bare } = measured;
    if (!lilypad) return [];
    const isMet = min === undefined ? lilypad.median <= (max ?? Infinity) : lilypad.median >= min;
    const bound = min === undefined ? `at most ${short(max ?? 0)} ×` : `at least ${min} ×`;
    return [[text, bound, ratioText(lilypad), isMet ? "PASS" : "**MISS**", ratioText(bare)]];
  });
  return rows.length === 0
    ? ""
    : `### Targets\n\n${markdown(["", "target", "measured", "", "bare Durable Object"], rows)}`;
}

function targets(results: Results): Target[] {
  return [
    ...deliveries(results),
    lastReceiver(results),
    ...oneAtATime(results),
    ...ordinary(results),
    ...histories(results),
    {
      text: "incoming durable messages/s, 512 in flight: to Socket.IO with a commit for each",
      min: 2.3,
      measured: ratio(results, "incoming", inFlight(512), "messagesPerS", "socket.io+sqlite"),
    },
  ];
}

function deliveries(results: Results): Target[] {
  const target = (sockets: number, window: number, min: number, peer: string, title: string): Target => ({
    text: `deliveries/s in a room of ${sockets.toLocaleString("en")}, ${inFlight(window)}: to ${title}`,
    min,
    measured: ratio(results, `room-${sockets}`, inFlight(window), "deliveriesPerS", peer),
  });
  return [
    target(100, 16, 2, "socket.io", "Socket.IO"),
    target(100, 16, 7, "flask", "Flask-SocketIO"),
    target(100, 64, 4, "socket.io", "Socket.IO"),
    target(100, 256, 6, "socket.io", "Socket.IO"),
    target(100, 64, EQUAL, STORING, STORING_TITLE),
    target(100, 256, EQUAL, STORING, STORING_TITLE),
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
  const max = Math.max(...several.map(rate));
  const window = several.find((one) => rate(one) >= max * SATURATED) ?? 16;
  return {
    text: `p99 to the last of 100, ${inFlight(window)}, where Socket.IO saturates: to Socket.IO's`,
    max: 0.5,
    measured: ratio(results, "room-100", inFlight(window), "p99Ms", "socket.io"),
  };
}

function oneAtATime(results: Results): Target[] {
  const target = (max: number, peer: string, title: string): Target => ({
    text: `one message at a time, p50 to the last of 100: to ${title}`,
    max,
    measured: ratio(results, "room-100", inFlight(1), "p50Ms", peer),
  });
  return [target(1 / EQUAL, STORING, STORING_TITLE), target(4, "socket.io", "Socket.IO")];
}

/** What most chats are: small rooms, lone messages, people who come and go. */
function ordinary(results: Results): Target[] {
  const target = (text: string, min: number, scenario: string, load: string, figure: string): Target => ({
    text: `${text}: to ${STORING_TITLE}`,
    min,
    measured: ratio(results, scenario, load, figure, STORING),
  });
  return [
    target(
      `deliveries/s in ${smallRooms.title}, ${inFlight(16)}`,
      0.65,
      "rooms",
      inFlight(16),
      "deliveriesPerS",
    ),
    target("sockets let in a second, first visit", 0.4, "connect", FIRST_VISIT, "perS"),
    target("sockets let in a second, all back at once", 0.5, "connect", RECONNECTING, "perS"),
    ...[1, 64].map((window) =>
      target(`acknowledgements/s, ${inFlight(window)}`, EQUAL, "ack", inFlight(window), "acksPerS"),
    ),
  ];
}

/** The longest history compared with the shortest. */
function histories(results: Results): Target[] {
  return FLAT_LOADS.flatMap((what) => {
    const loads = results.loads("history").filter((load) => load.startsWith(what));
    const of = (load = ""): FigureKey => ({ scenario: "history", load, server: "lilypad", figure: "p50Ms" });
    const [shortest, longest] = [loads.at(0), loads.at(-1)];
    return shortest === undefined || shortest === longest
      ? []
      : [
          {
            text: `${longest}: to ${shortest}`,
            max: 1.3,
            measured: { lilypad: results.ratio(of(longest), of(shortest)) },
          },
        ];
  });
}

function ratio(
  results: Results,
  scenario: string,
  load: string,
  figure: string,
  peer: string,
): MeasuredRatio {
  const of = (server: string): FigureKey => ({ scenario, load, server, figure });
  return {
    lilypad: results.ratio(of("lilypad"), of(peer)),
    bare: results.ratio(of("object"), of(peer)),
  };
}
