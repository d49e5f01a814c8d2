/** The workload of a chat: the options of `npm run cost`, each with its default and bounds. */

interface WorkloadOption {
  /** For `--help`. */
  help: string;
  default: number;
  min: number;
  max: number;
  /** Whether fractions are allowed. */
  fraction?: true;
}

export const OPTIONS = {
  users: { help: "monthly active users", default: 1_000, min: 1, max: 10_000_000 },
  "messages-per-day": { help: "messages of all users together", default: 10_000, min: 0, max: 1e9 },
  "thread-size": { help: "members of a thread", default: 10, min: 2, max: 1_000 },
  "threads-per-user": { help: "threads a user belongs to", default: 5, min: 1, max: 200 },
  "daily-active": {
    help: "share of the users who are active on a day",
    default: 0.4,
    min: 0,
    max: 1,
    fraction: true,
  },
  "hours-online": {
    help: "hours a day for which an active user has a page open",
    default: 2,
    min: 0,
    max: 24,
    fraction: true,
  },
  tabs: { help: "pages that an active user has open at once", default: 1, min: 1, max: 32, fraction: true },
  "visits-per-day": {
    help: "times a day that each of these pages is opened",
    default: 3,
    min: 0,
    max: 1_000,
    fraction: true,
  },
  "opens-per-day": {
    help: "threads that an active user opens a day",
    default: 10,
    min: 0,
    max: 10_000,
    fraction: true,
  },
  "pages-per-open": {
    help: "older pages of history loaded in each",
    default: 0.3,
    min: 0,
    max: 1_000,
    fraction: true,
  },
  "readers-online": {
    help: "share of a thread's other members who have it open and read a message at once",
    default: 0.3,
    min: 0,
    max: 1,
    fraction: true,
  },
  burst: {
    help: "messages of a thread within two seconds, notified together",
    default: 1,
    min: 1,
    max: 100,
  },
  "typing-per-message": {
    help: "typing events per message",
    default: 2,
    min: 0,
    max: 100,
    fraction: true,
  },
  "reactions-per-message": {
    help: "reactions, including removed ones",
    default: 0.2,
    min: 0,
    max: 100,
    fraction: true,
  },
  "edits-per-message": { help: "edits", default: 0.02, min: 0, max: 100, fraction: true },
  "deletions-per-message": { help: "deletions", default: 0.01, min: 0, max: 1, fraction: true },
  "reconnects-per-hour": {
    help: "times an hour that an open page's sockets are lost and resumed",
    default: 1,
    min: 0,
    max: 3_600,
    fraction: true,
  },
  "token-minutes": {
    help: "minutes until a page's token expires and is renewed",
    default: 60,
    min: 1,
    max: 10_080,
  },
  "sign-ins-per-day": {
    help: "sign-ins of an active user a day",
    default: 1,
    min: 0,
    max: 1_000,
    fraction: true,
  },
  "searches-per-day": {
    help: "user searches of an active user a day",
    default: 0.2,
    min: 0,
    max: 1_000,
    fraction: true,
  },
  "new-threads-per-day": {
    help: "threads created a day",
    default: 10,
    min: 0,
    max: 1e7,
    fraction: true,
  },
  "body-length": { help: "characters of a message", default: 80, min: 1, max: 10_000 },
  "history-months": {
    help: "months of stored history",
    default: 12,
    min: 0,
    max: 1_200,
    fraction: true,
  },
  socketio: {
    help: "share of the users who come over Socket.IO",
    default: 0,
    min: 0,
    max: 1,
    fraction: true,
  },
  "active-ms": {
    help: "milliseconds of duration billed per event of an object",
    default: 10,
    min: 0,
    max: 60_000,
    fraction: true,
  },
  "idle-seconds": {
    help: "seconds of duration billed after each event, for the upper bound",
    default: 10,
    min: 0,
    max: 3_600,
    fraction: true,
  },
  "worker-cpu-ms": {
    help: "milliseconds of CPU per request to the Worker",
    default: 7,
    min: 0,
    max: 300_000,
    fraction: true,
  },
} satisfies Record<string, WorkloadOption>;

export type Workload = Record<keyof typeof OPTIONS, number>;

const NAMES = Object.keys(OPTIONS) as (keyof Workload)[];

/** Options that are no workload. The message is one line that names the option. */
export class WorkloadError extends Error {}

/** The workload of these options, with defaults for the others. Throws `WorkloadError`. */
export function workloadOf(given: Partial<Record<keyof Workload, string>>): Workload {
  const entries = NAMES.map((name): [keyof Workload, number] => {
    const text = given[name];
    return [name, text === undefined ? OPTIONS[name].default : valueOf(name, text)];
  });
  return Object.fromEntries(entries) as Workload;
}

/** The workload of an object with these options. Throws `WorkloadError`. */
export function workloadFrom(value: unknown): Workload {
  const given = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return workloadOf(Object.fromEntries(given.map(([name, one]) => [name, String(one)])));
}

function valueOf(name: keyof Workload, text: string): number {
  const option: WorkloadOption = OPTIONS[name];
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const isValid = option.fraction ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (isValid && value >= option.min && value <= option.max) return value;
  const kind = option.fraction ? "a number" : "a whole number";
  throw new WorkloadError(`--${name} must be ${kind} from ${option.min} to ${option.max}, not "${text}"`);
}

/** The options with their defaults, one a line. */
export function workloadOptionLines(): string[] {
  const width = Math.max(...NAMES.map((name) => name.length)) + 4;
  return NAMES.map((name) => {
    const { help, default: standard } = OPTIONS[name];
    return `  ${`--${name}`.padEnd(width)}${help} (default: ${standard})`;
  });
}
