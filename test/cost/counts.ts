/** Counts of what Cloudflare bills. */

/** The billed operations of the objects of one class. */
export interface ObjectCounts {
  /** WebSocket upgrades: a request each. */
  upgrades: number;
  /** RPC calls from the Worker or another object: a request each. */
  calls: number;
  /** Alarms that fired: a request each. */
  alarms: number;
  /** Incoming frames: twenty are a request. */
  frames: number;
  /** Closed sockets: no request, but an event that wakes the object. */
  closes: number;
  rowsRead: number;
  rowsWritten: number;
  /** `setAlarm` calls, each billed as a row written; not part of `rowsWritten`. */
  alarmsSet: number;
  /** How many objects handled an event. */
  objects: number;
}

export const COUNT_NAMES = [
  "upgrades",
  "calls",
  "alarms",
  "frames",
  "closes",
  "rowsRead",
  "rowsWritten",
  "alarmsSet",
  "objects",
] as const satisfies readonly (keyof ObjectCounts)[];

/** What an action costs: requests to the Worker, and the operations of the objects by class. */
export interface BilledOperations {
  worker: number;
  thread: ObjectCounts;
  presence: ObjectCounts;
  relay: ObjectCounts;
  socketIo: ObjectCounts;
}

export const CLASSES = [
  "thread",
  "presence",
  "relay",
  "socketIo",
] as const satisfies readonly (keyof BilledOperations)[];
export type ObjectClass = (typeof CLASSES)[number];

export const NO_COUNTS: ObjectCounts = {
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

export function noOperations(): BilledOperations {
  return {
    worker: 0,
    thread: { ...NO_COUNTS },
    presence: { ...NO_COUNTS },
    relay: { ...NO_COUNTS },
    socketIo: { ...NO_COUNTS },
  };
}

/** Combines each count of `a` with that of `b`. */
export function combined(
  a: ObjectCounts,
  b: ObjectCounts,
  how: (a: number, b: number) => number,
): ObjectCounts {
  const counts = { ...NO_COUNTS };
  for (const name of COUNT_NAMES) counts[name] = how(a[name], b[name]);
  return counts;
}

/** Rows written as billed, including those of `setAlarm`. */
export function billedWrites({ rowsWritten, alarmsSet }: ObjectCounts): number {
  return rowsWritten + alarmsSet;
}

/** How many events ran an object's code. */
export function events({ upgrades, calls, alarms, frames, closes }: ObjectCounts): number {
  return upgrades + calls + alarms + frames + closes;
}

/** The average cost of one of `actions` actions that together cost `operations`. */
export function averageOf(operations: readonly BilledOperations[], actions: number): BilledOperations {
  const average = (part: ObjectClass) => {
    const sum = operations.reduce((total, one) => combined(total, one[part], (a, b) => a + b), NO_COUNTS);
    return combined(sum, NO_COUNTS, (count) => count / actions);
  };
  return {
    worker: operations.reduce((total, { worker }) => total + worker, 0) / actions,
    thread: average("thread"),
    presence: average("presence"),
    relay: average("relay"),
    socketIo: average("socketIo"),
  };
}
