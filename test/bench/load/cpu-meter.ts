/** The CPU usage of the server, of the load generator, and of everything else on the machine. */
import { performance } from "node:perf_hooks";
import { cpuMs, machineCpuMs } from "./process-usage.ts";

export interface CpuUsage {
  /** CPU time of the server's process, in cores. */
  serverCores: number;
  /** Share of the time in which the load generator's only thread was busy. */
  generatorBusy: number;
  /** CPU time of all other processes, in cores: the disturbance of the measurement. */
  otherCores: number;
}

export class CpuMeter {
  readonly #pid: number;
  readonly #from = performance.now();
  readonly #serverMs: number;
  readonly #machineMs = machineCpuMs();
  readonly #ownMs = cpuMs(process.pid);
  readonly #busy = performance.eventLoopUtilization();

  /** Starts measuring. */
  constructor(serverPid: number) {
    this.#pid = serverPid;
    this.#serverMs = cpuMs(serverPid);
  }

  read(): CpuUsage & { ms: number } {
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
