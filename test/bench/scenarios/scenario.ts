/** One kind of work, given to every system that can do it. */
import type { LoadProcess } from "../load/load-process.ts";
import type { Figures } from "../results.ts";
import type { Running, System } from "../systems/system.ts";

export interface Scenario {
  /** As in `--only`. */
  name: string;
  title: string;
  /** What its table shows, in this order. */
  columns: Column[];
  /** The figure that is put in relation to Socket.IO's. */
  ratio?: string;
  /** Whether it can be done with this system. */
  suits(system: System): boolean;
  /** Does the work on a freshly started server; tells of each load as it is done. */
  run(stage: Stage): Promise<void>;
}

/** A column of the table: a figure, and how to write it. */
export interface Column {
  figure: string;
  title: string;
  unit?: "share" | "ms" | "count";
}

export interface Stage {
  system: System;
  running: Running;
  generator: LoadProcess;
  scale: Scale;
  tell(load: string, figures: Figures, complaints?: readonly string[]): void;
}

/** How long and how large a run is. */
export interface Scale {
  warmMs: number;
  measureMs: number;
  /** Sockets of the largest room. */
  largestRoom: number;
  /** Messages of the long history. */
  history: number;
}
