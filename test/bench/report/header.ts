/** The machine and the method of the measurement. */
import { cpus, totalmem } from "node:os";
import type { BenchOptions } from "../options.ts";
import { spread, type Results } from "../results.ts";
import { short } from "./tables.ts";

const GIB = 1024 ** 3;

export function header({ rounds, scale }: BenchOptions, results: Results): string {
  const [cpu] = cpus();
  const others = spread(results.all.map(({ figures }) => figures["otherCores"] ?? NaN));
  return [
    "## Benchmark",
    "",
    `${cpus().length} cores (${cpu?.model ?? "unknown"}), ${Math.round(totalmem() / GIB)} GiB, Node ${process.version}. ` +
      `Medians of ${rounds} interleaved rounds, each load measured for ${scale.measureMs / 1000} s after ${scale.warmMs / 1000} s.` +
      (others
        ? ` Other processes used ${short(others.median)} cores meanwhile, ${short(others.max)} at most.`
        : ""),
  ].join("\n");
}
