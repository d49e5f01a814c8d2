/** When each client's connection is cut: drawn from the seed alone, so that every system gets the same cuts. */
import { randomFrom } from "../support/random.ts";
import type { CutKind } from "./cutting-proxy.ts";

/** After a cut, new connections are refused for so long. */
export const REFUSED_MS = 2_000;
/** From the end of one cut to the next: at least so long, and so much longer on average. */
const MIN_UPTIME_MS = 1_000;
const MEAN_EXTRA_UPTIME_MS = 3_000;

export interface ClientCuts {
  /** The client's name. */
  name: string;
  /** `at` is in milliseconds since the start of the run. */
  cuts: readonly { at: number; kind: CutKind }[];
}

/** The cuts of each client within `durationMs`. */
export function cutSchedule(seed: number, names: readonly string[], durationMs: number): ClientCuts[] {
  const random = randomFrom(seed);
  // Exponentially distributed: some connections are cut at once, and some last long enough to reset a client's back-off.
  const uptime = () => MIN_UPTIME_MS - MEAN_EXTRA_UPTIME_MS * Math.log(1 - random.next());
  return names.map((name) => {
    const cuts: { at: number; kind: CutKind }[] = [];
    for (let at = uptime(); at < durationMs; at += REFUSED_MS + uptime()) {
      cuts.push({ at: Math.round(at), kind: random.pick<CutKind>(["sudden", "lost", "late"]) });
    }
    return { name, cuts };
  });
}
