/** One kind of work, given to every system that can do it. */
import type { LoadProcess } from "../load/load-process.ts";
import type { Figures } from "../results.ts";
import type { Running, System } from "../systems/system.ts";

export interface Scenario {
  /** As in `--only`. */
  name: string;
  title: string;
  /** What is done, where the title and the columns do not say it. */
  note?: string;
  /** What its table shows, in this order. */
  columns: Column[];
  /** The figure that is put in relation to Socket.IO's. */
  ratio?: string;
  /** Done once and told for all rounds, because what it takes to set it up takes long. */
  isOnce?: boolean;
  /** Whether it can be done with this system. */
  suits(system: System): boolean;
  /** Does the work on a freshly started server; tells of each load as it is done. */
  run(stage: Stage): Promise<void>;
}

/** A column of the table: a figure, and how to write it. */
export interface Column {
  figure: string;
  title: string;
  unit?: "share";
}

export interface Stage {
  system: System;
  running: Running;
  generator: LoadProcess;
  scale: Scale;
  /** How many rounds there are in all: for what is done once. */
  rounds: number;
  tell(load: string, figures: Figures, options?: { complaints?: readonly string[]; round?: number }): void;
}

/** How long and how large a run is. */
export interface Scale {
  warmMs: number;
  measureMs: number;
  /** Sockets of the largest room. */
  largestRoom: number;
  /** Messages of the long history. */
  history: number;
  /** Sockets that are opened to count connections, and to weigh them idle. */
  connections: number;
  idleSockets: number;
  /** How long idle sockets are left alone before they are weighed. */
  settleMs: number;
  /** Times that something short is repeated. */
  times: number;
  /** Members of the thread that is notified, and how many of them are online. */
  members: number;
  online: number;
}

/** Of what every chat can do, one that is measured throughout. */
export function isChat({ name }: System): boolean {
  return name !== "null" && name !== "wrangler";
}
