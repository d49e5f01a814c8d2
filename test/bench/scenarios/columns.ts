/** Columns that several tables have. */
import type { Column } from "./scenario.ts";

export const TIMES: Column[] = [
  { figure: "p50Ms", title: "p50 ms" },
  { figure: "p99Ms", title: "p99 ms" },
];

export const ERRORS: Column = { figure: "errors", title: "errors" };

export const CPU_USAGE: Column[] = [
  { figure: "serverCores", title: "server's cores", unit: "share" },
  { figure: "generatorBusy", title: "generator busy", unit: "share" },
];
