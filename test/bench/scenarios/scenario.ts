/** One kind of load, measured with every server that supports it. */
import type { LoadProcess } from "../load/load-process.ts";
import type { Figures } from "../results.ts";
import type { ChatServer, RunningServer } from "../systems/chat-server.ts";

export interface Scenario {
  /** Its name in `--only`. */
  name: string;
  title: string;
  /** What the title and the columns leave open. */
  note?: string;
  columns: Column[];
  /** The figure that the table compares with Socket.IO's. */
  ratio?: string;
  /** Run once for all rounds, because its setup takes long. */
  isOnce?: boolean;
  supports(server: ChatServer): boolean;
  /** Runs on a freshly started server, and reports each load when it is measured. */
  run(run: ScenarioRun): Promise<void>;
}

/** A column of the table: a figure, and how to format it. */
export interface Column {
  figure: string;
  title: string;
  unit?: "share";
}

export interface ScenarioRun {
  server: ChatServer;
  running: RunningServer;
  generator: LoadProcess;
  scale: Scale;
  /** The number of rounds, for a scenario that runs once. */
  rounds: number;
  report(
    load: string,
    figures: Figures,
    options?: { errorDetails?: readonly string[]; round?: number },
  ): void;
}

/** How long and how large a run is. */
export interface Scale {
  warmMs: number;
  measureMs: number;
  /** Sockets of the largest room. */
  largestRoom: number;
  /** Messages of the long history. */
  history: number;
  /** Sockets of the scenario that measures connecting. */
  connections: number;
  /** Sockets of the scenario that measures memory, and how long they are idle before. */
  idleSockets: number;
  settleMs: number;
  /** Repetitions of a short action. */
  times: number;
  /** Members of the thread whose notifications are measured, and how many of them are online. */
  members: number;
  online: number;
}

/** Whether a server is measured in the scenarios that every chat supports. */
export function isChat({ name }: ChatServer): boolean {
  return name !== "null" && name !== "wrangler";
}
