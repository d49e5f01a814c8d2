/** What Cloudflare bills of an object, as counts. */

/** Of the objects of one class, or of both. */
export interface Counts {
  /** WebSocket upgrades: a request each. */
  upgrades: number;
  /** RPC calls from the Worker or another object: a request each. */
  calls: number;
  /** Alarms that rang: a request each. */
  alarms: number;
  /** Frames that came in over sockets: twenty are a request. */
  frames: number;
  /** Sockets that closed: no request, but they wake the object. */
  closes: number;
  rowsRead: number;
  rowsWritten: number;
  /** Each is billed as a row written, and is not in `rowsWritten`. */
  alarmsSet: number;
  /** How many objects had anything to do. */
  objects: number;
}

export const COUNTS = [
  "upgrades",
  "calls",
  "alarms",
  "frames",
  "closes",
  "rowsRead",
  "rowsWritten",
  "alarmsSet",
  "objects",
] as const satisfies readonly (keyof Counts)[];

/** What something costs: requests to the Worker, and what they and all else set off in the objects. */
export interface Spent {
  worker: number;
  thread: Counts;
  presence: Counts;
  /** Of a room too large for its thread's own object. */
  relay: Counts;
}

export const CLASSES = ["thread", "presence", "relay"] as const satisfies readonly (keyof Spent)[];
export type ObjectClass = (typeof CLASSES)[number];

export const NOTHING: Counts = {
  upgrades: 0,
  calls: 0,
  alarms: 0,
  frames: 0,
  closes: 0,
  rowsRead: 0,
  rowsWritten: 0,
  alarmsSet: 0,
  objects: 0,
};

export function nothingSpent(): Spent {
  return { worker: 0, thread: { ...NOTHING }, presence: { ...NOTHING }, relay: { ...NOTHING } };
}

/** Each count of `a` and `b` put together. */
export function combined(a: Counts, b: Counts, how: (a: number, b: number) => number): Counts {
  const counts = { ...NOTHING };
  for (const name of COUNTS) counts[name] = how(a[name], b[name]);
  return counts;
}

/** Rows written as they are billed: an alarm set is one of them. */
export function billedWrites({ rowsWritten, alarmsSet }: Counts): number {
  return rowsWritten + alarmsSet;
}

/** How often an object's code ran. */
export function events({ upgrades, calls, alarms, frames, closes }: Counts): number {
  return upgrades + calls + alarms + frames + closes;
}

/** What one of so many things costs that were done in these. */
export function averageOf(spents: readonly Spent[], things: number): Spent {
  const average = (part: ObjectClass) => {
    const sum = spents.reduce((total, spent) => combined(total, spent[part], (a, b) => a + b), NOTHING);
    return combined(sum, NOTHING, (count) => count / things);
  };
  return {
    worker: spents.reduce((total, { worker }) => total + worker, 0) / things,
    thread: average("thread"),
    presence: average("presence"),
    relay: average("relay"),
  };
}
