/** What `npm run bench -- …` understands. */
import { parseArgs } from "node:util";
import { acknowledging } from "./scenarios/acknowledging.ts";
import { notifications, threadList } from "./scenarios/belonging.ts";
import { ceiling } from "./scenarios/ceiling.ts";
import { connecting, idle } from "./scenarios/connecting.ts";
import { histories } from "./scenarios/histories.ts";
import { incoming, roomOf, smallRooms } from "./scenarios/rooms.ts";
import type { Scale, Scenario } from "./scenarios/scenario.ts";
import { durableObject } from "./systems/durable-object.ts";
import { lilypad } from "./systems/lilypad.ts";
import { nullServer } from "./systems/null.ts";
import { bun, flask, socketIo, socketIoStoring, ws } from "./systems/peers.ts";
import type { System } from "./systems/system.ts";
import { wranglerDev } from "./systems/wrangler-dev.ts";

export interface Options {
  rounds: number;
  scenarios: Scenario[];
  systems: System[];
  scale: Scale;
  /** Where the raw figures are written. */
  json?: string | undefined;
  /** Where raw figures were written: they are shown, and nothing is measured. */
  from?: string | undefined;
  /** Where the chart is drawn. */
  chart?: string | undefined;
}

const SYSTEMS = [lilypad(), socketIo, socketIoStoring, ws, bun, durableObject, flask, wranglerDev];
const SCENARIOS: Scenario[] = [
  ceiling,
  roomOf(100),
  roomOf(1_000),
  roomOf(10_000),
  smallRooms,
  incoming,
  acknowledging,
  connecting,
  idle,
  threadList,
  notifications,
  histories,
];

const FULL: Scale = {
  warmMs: 1_000,
  measureMs: 4_000,
  largestRoom: 10_000,
  history: 1_000_000,
  connections: 2_000,
  idleSockets: 5_000,
  settleMs: 12_000,
  times: 200,
  members: 5_000,
  online: 500,
};
/** To see that all works, and about how it stands: nothing to be quoted. */
const QUICK: Scale = {
  warmMs: 300,
  measureMs: 1_000,
  largestRoom: 1_000,
  history: 20_000,
  connections: 500,
  idleSockets: 1_000,
  settleMs: 2_000,
  times: 50,
  members: 500,
  online: 50,
};

export function optionsFrom(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      only: { type: "string" },
      peers: { type: "string" },
      quick: { type: "boolean", default: false },
      history: { type: "string" },
      json: { type: "string" },
      from: { type: "string" },
      chart: { type: "string" },
    },
  });
  const scale = { ...(values.quick ? QUICK : FULL) };
  if (values.history !== undefined) scale.history = wholeNumber("history", values.history);
  return {
    rounds: wholeNumber("rounds", values.rounds ?? (values.quick ? "1" : "3")),
    scenarios: picked("only", SCENARIOS, values.only).filter(
      ({ name }) => values.only !== undefined || isWithin(name, scale),
    ),
    systems: [nullServer, ...picked("peers", SYSTEMS, values.peers)],
    scale,
    json: values.json,
    from: values.from,
    chart: values.chart,
  };
}

function isWithin(scenario: string, { largestRoom }: Scale): boolean {
  return Number(/^room-(\d+)$/.exec(scenario)?.[1] ?? 0) <= largestRoom;
}

/** Those that are named, or all. */
function picked<T extends { name: string }>(option: string, all: readonly T[], names?: string): T[] {
  if (names === undefined) return [...all];
  return names.split(",").map((name) => {
    const found = all.find((one) => one.name === name);
    if (found) return found;
    throw new Error(`--${option} knows ${all.map((one) => one.name).join(", ")}, and not "${name}"`);
  });
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${option} is to be a whole number`);
  return value;
}
