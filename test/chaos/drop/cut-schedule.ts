/** When each client's line is cut: drawn from the seed alone, so that every system has the same bad minute. */
import type { CutKind } from "./cutting-proxy.ts";
import { randomFrom } from "../support/random.ts";

/** For so long nobody gets through after a cut. */
export const REFUSED_MS = 2_000;
/** From one cut's end to the next: this at least, and so much more in the mean. */
const LEAST_MS = 1_000;
const MEAN_MORE_MS = 3_000;

/** A client's name, and when, in milliseconds since the traffic began, its line is cut, and how. */
export interface Cuts {
  name: string;
  cuts: readonly { at: number; kind: CutKind }[];
}

/** The cuts of each client, up to the end of the traffic. */
export function cutSchedule(seed: number, names: readonly string[], lastsMs: number): Cuts[] {
  const random = randomFrom(seed);
  // Exponential, since lines know no rhythm: some live for a moment, and some long enough that a client's back-off,
  // which starts small again after a steady while, does so.
  const pause = () => LEAST_MS - MEAN_MORE_MS * Math.log(1 - random.next());
  return names.map((name) => {
    const cuts: { at: number; kind: CutKind }[] = [];
    for (let at = pause(); at < lastsMs; at += REFUSED_MS + pause()) {
      cuts.push({ at: Math.round(at), kind: random.pick<CutKind>(["sudden", "lost", "late"]) });
    }
    return { name, cuts };
  });
}
