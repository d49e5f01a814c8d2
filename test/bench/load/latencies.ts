/** Percentiles of measured times, in milliseconds. */
import { quantile } from "./quantile.ts";

export interface Latencies {
  p50Ms: number;
  p99Ms: number;
}

export function latencies(values: readonly number[]): Latencies {
  return { p50Ms: quantile(values, 0.5), p99Ms: quantile(values, 0.99) };
}
