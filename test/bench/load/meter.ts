/** How busy both ends were over a time, and what the rest of the machine took away from them. */
import { performance } from "node:perf_hooks";
import { cpuMs, machineCpuMs } from "./process-usage.ts";

export interface Usage {
  /** CPU time of the server's process, in cores. */
  serverCores: number;
  /** How much of the time the generator's only thread was at work. */
  generatorBusy: number;
  /** CPU time of all other processes, in cores: what disturbs a measurement. */
  otherCores: number;
}

export class Meter {
  readonly #pid: number;
  readonly #from = performance.now();
  readonly #serverMs: number;
  readonly #machineMs = machineCpuMs();
  readonly #ownMs = cpuMs(process.pid);
  readonly #busy = performance.eventLoopUtilization();

  /** Starts to count. */
  constructor(serverPid: number) {
    this.#pid = serverPid;
    this.#serverMs = cpuMs(serverPid);
  }

  read(): Usage & { ms: number } {
    const ms = performance.now() - this.#from;
    const serverMs = cpuMs(this.#pid) - this.#serverMs;
    const ownMs = cpuMs(process.pid) - this.#ownMs;
    return {
      ms,
      serverCores: serverMs / ms,
      generatorBusy: performance.eventLoopUtilization(this.#busy).utilization,
      otherCores: (machineCpuMs() - this.#machineMs - serverMs - ownMs) / ms,
    };
  }
}
