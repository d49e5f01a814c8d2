/** The options of `npm run bench`. */
import { optionLines, parseOptions, UsageError } from "../chaos/support/command-line.ts";
import { acks } from "./scenarios/acks.ts";
import { connecting, idle } from "./scenarios/connecting.ts";
import { generatorLimit } from "./scenarios/generator-limit.ts";
import { histories } from "./scenarios/histories.ts";
import { notifications } from "./scenarios/notifications.ts";
import { incoming, roomOf, smallRooms } from "./scenarios/rooms.ts";
import type { Scale, Scenario } from "./scenarios/scenario.ts";
import { threadList } from "./scenarios/thread-list.ts";
import type { ChatServer } from "./systems/chat-server.ts";
import { durableObject, storingDurableObject } from "./systems/durable-object.ts";
import { lilypad, lilypadSocketIo } from "./systems/lilypad.ts";
import { nullServer } from "./systems/null.ts";
import { bun, flask, socketIo, socketIoStoring, ws } from "./systems/peers.ts";
import { wranglerDev } from "./systems/wrangler-dev.ts";

export interface BenchOptions {
  rounds: number;
  scenarios: Scenario[];
  servers: ChatServer[];
  scale: Scale;
  /** File to write the raw figures to. */
  json?: string | undefined;
  /** File with raw figures to show instead of measuring. */
  from?: string | undefined;
  /** File to draw the chart to. */
  chart?: string | undefined;
}

const LILYPAD = lilypad();
const SERVERS = [
  LILYPAD,
  lilypadSocketIo(LILYPAD),
  socketIo,
  socketIoStoring,
  ws,
  bun,
  durableObject,
  storingDurableObject,
  flask,
  wranglerDev,
];
const SCENARIOS: Scenario[] = [
  generatorLimit,
  roomOf(100),
  roomOf(1_000),
  roomOf(10_000),
  smallRooms,
  incoming,
  acks,
  connecting,
  idle,
  threadList,
  notifications,
  histories,
];

const ROUNDS = 3;
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
/** For a rough impression: figures that are not to be quoted. */
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

const OPTIONS = {
  quick: { kind: "flag", help: "one round at a small scale: some minutes instead of over an hour" },
  rounds: { kind: "number", min: 1, help: `rounds, of which medians are shown (${ROUNDS}; with --quick 1)` },
  only: { kind: "text", placeholder: "A,B", help: "these scenarios alone" },
  peers: { kind: "text", placeholder: "A,B", help: "these servers alone" },
  history: { kind: "number", min: 1, help: `messages of the long history (${FULL.history})` },
  json: { kind: "text", placeholder: "FILE", help: "write the raw figures to FILE" },
  from: { kind: "text", placeholder: "FILE", help: "show the figures that --json wrote, measure nothing" },
  chart: { kind: "text", placeholder: "FILE", help: "draw the room of 100 as an SVG" },
} as const;

/** The options of this command line, or `"help"`. Throws `UsageError`. */
export function benchOptions(args: readonly string[]): BenchOptions | "help" {
  const values = parseOptions(args, OPTIONS);
  if (values === "help") return "help";
  const scale = { ...(values.quick ? QUICK : FULL) };
  if (values.history !== undefined) scale.history = values.history;
  return {
    rounds: values.rounds ?? (values.quick ? 1 : ROUNDS),
    scenarios: selected("only", SCENARIOS, values.only).filter(
      ({ name }) => values.only !== undefined || isWithin(name, scale),
    ),
    servers: [nullServer, ...selected("peers", SERVERS, values.peers)],
    scale,
    json: values.json,
    from: values.from,
    chart: values.chart,
  };
}

/** What `--help` prints. */
export function benchHelp(): string {
  const titles = (all: readonly { name: string; title: string }[]) => {
    const width = Math.max(...all.map(({ name }) => name.length));
    return all.map(({ name, title }) => `  ${name.padEnd(width)}  ${title.replaceAll(/[*`]/g, "")}`);
  };
  return [
    "npm run bench -- [options]\n",
    "Measures Lilypad and alternatives to it with the same load, in one run on one machine, and prints Markdown.\n",
    ...optionLines(OPTIONS).map((line) => `  ${line}`),
    "\nscenarios (--only):",
    ...titles(SCENARIOS),
    "\nservers (--peers):",
    ...titles(SERVERS),
    "\nnpm run profile -- --help: where Lilypad's time goes. npm run scale -- --help: a thread of many sockets.",
  ].join("\n");
}

function isWithin(scenario: string, { largestRoom }: Scale): boolean {
  return Number(/^room-(\d+)$/.exec(scenario)?.[1] ?? 0) <= largestRoom;
}

/** Those with these names, or all. */
function selected<T extends { name: string }>(option: string, all: readonly T[], names?: string): T[] {
  if (names === undefined) return [...all];
  return names.split(",").map((name) => {
    const found = all.find((one) => one.name === name);
    if (found) return found;
    throw new UsageError(`--${option}: there is no "${name}", only ${all.map((one) => one.name).join(", ")}`);
  });
}
