/** Pseudo-random numbers: the same seed gives the same sequence. */

export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** One element; throws where there is none. */
  pick<T>(of: readonly T[]): T;
}

/** Tommy Ettinger's mulberry32 (public domain): 32 bits of state are enough for choosing test actions. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    pick: <T>(of: readonly T[]) => {
      const picked = of[between(0, of.length - 1)];
      if (picked === undefined) throw new Error("cannot pick from an empty array");
      return picked;
    },
  };
}
