/** How busy both ends were over a time: the server's process in cores, the generator's only thread as a share of it. */
import { performance } from "node:perf_hooks";
import { cpuMs } from "./process-usage.ts";

export interface Reading {
  ms: number;
  serverCores: number;
  generatorBusy: number;
}

export class Meter {
  readonly #pid: number;
  readonly #from = performance.now();
  readonly #cpuMs: number;
  readonly #busy = performance.eventLoopUtilization();

  /** Starts to count. */
  constructor(serverPid: number) {
    this.#pid = serverPid;
    this.#cpuMs = cpuMs(serverPid);
  }

  read(): Reading {
    const ms = performance.now() - this.#from;
    return {
      ms,
      serverCores: (cpuMs(this.#pid) - this.#cpuMs) / ms,
      generatorBusy: performance.eventLoopUtilization(this.#busy).utilization,
    };
  }
}
