/** Times of one kind of thing, in milliseconds, and what of them is told. */
import { quantile } from "./quantile.ts";

export interface Latencies {
  p50Ms: number;
  p99Ms: number;
}

export function latencies(values: readonly number[]): Latencies {
  return { p50Ms: quantile(values, 0.5), p99Ms: quantile(values, 0.99) };
}
