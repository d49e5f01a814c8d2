/** On what, and how, the figures were taken. */
import { cpus, totalmem } from "node:os";
import type { Options } from "../options.ts";

const GIB = 1024 ** 3;

export function header({ rounds, scale }: Options): string {
  const [cpu] = cpus();
  return [
    "## Benchmark",
    "",
    `${cpus().length} cores (${cpu?.model ?? "unknown"}), ${Math.round(totalmem() / GIB)} GiB, Node ${process.version}. ` +
      `Medians of ${rounds} interleaved rounds, each load measured for ${scale.measureMs / 1000} s after ${scale.warmMs / 1000} s.`,
  ].join("\n");
}
