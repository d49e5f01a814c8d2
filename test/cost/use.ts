/** How a chat is used: the options of `npm run cost`, each with its default and bounds. */

interface Option {
  /** What the option says, for `--help`. */
  about: string;
  standard: number;
  least: number;
  most: number;
  /** Fractions are understood too. */
  fraction?: true;
}

export const OPTIONS = {
  users: { about: "people who use the chat in a month", standard: 1_000, least: 1, most: 10_000_000 },
  "messages-per-day": { about: "messages of all users together", standard: 10_000, least: 0, most: 1e9 },
  "thread-size": { about: "members of a thread", standard: 10, least: 2, most: 1_000 },
  "threads-per-user": { about: "threads a user belongs to", standard: 5, least: 1, most: 200 },
  "daily-active": {
    about: "share of the users who come on a day",
    standard: 0.4,
    least: 0,
    most: 1,
    fraction: true,
  },
  "hours-online": {
    about: "hours a day for which such a user has a page open",
    standard: 2,
    least: 0,
    most: 24,
    fraction: true,
  },
  tabs: { about: "pages that they have open at once", standard: 1, least: 1, most: 32, fraction: true },
  "visits-per-day": {
    about: "times a day that each of these pages is opened",
    standard: 3,
    least: 0,
    most: 1_000,
    fraction: true,
  },
  "opens-per-day": { about: "threads they open a day", standard: 10, least: 0, most: 10_000, fraction: true },
  "pages-per-open": {
    about: "older pages of history they load in each",
    standard: 0.3,
    least: 0,
    most: 1_000,
    fraction: true,
  },
  "readers-online": {
    about:
      "share of a thread's other members who have it open when a message comes, and move their read marker",
    standard: 0.3,
    least: 0,
    most: 1,
    fraction: true,
  },
  burst: {
    about: "messages of a thread that come within a second, and are notified as one",
    standard: 1,
    least: 1,
    most: 100,
  },
  "typing-per-message": {
    about: "times that typing is told for a message",
    standard: 2,
    least: 0,
    most: 100,
    fraction: true,
  },
  "reactions-per-message": {
    about: "reactions, taken back ones too",
    standard: 0.2,
    least: 0,
    most: 100,
    fraction: true,
  },
  "edits-per-message": { about: "edits", standard: 0.02, least: 0, most: 100, fraction: true },
  "deletions-per-message": { about: "deletions", standard: 0.01, least: 0, most: 1, fraction: true },
  "reconnects-per-hour": {
    about: "times an hour that an open page's sockets are lost, and resume",
    standard: 1,
    least: 0,
    most: 3_600,
    fraction: true,
  },
  "token-minutes": {
    about: "minutes until a page's token ends, and its sockets come back with a new one",
    standard: 60,
    least: 1,
    most: 10_080,
  },
  "sign-ins-per-day": {
    about: "sign-ins of an active user a day",
    standard: 1,
    least: 0,
    most: 1_000,
    fraction: true,
  },
  "searches-per-day": {
    about: "searches for people of an active user a day",
    standard: 0.2,
    least: 0,
    most: 1_000,
    fraction: true,
  },
  "new-threads-per-day": {
    about: "threads that are made a day",
    standard: 10,
    least: 0,
    most: 1e7,
    fraction: true,
  },
  "body-length": { about: "characters of a message", standard: 80, least: 1, most: 10_000 },
  "history-months": {
    about: "months of history that are kept by then",
    standard: 12,
    least: 0,
    most: 1_200,
    fraction: true,
  },
  "active-ms": {
    about: "milliseconds that an object is billed for each event it handles",
    standard: 10,
    least: 0,
    most: 60_000,
    fraction: true,
  },
  "idle-seconds": {
    about: "seconds that it would be billed on after each, for the upper bound",
    standard: 10,
    least: 0,
    most: 3_600,
    fraction: true,
  },
  "worker-cpu-ms": {
    about: "milliseconds of CPU for each request to the Worker",
    standard: 7,
    least: 0,
    most: 300_000,
    fraction: true,
  },
} satisfies Record<string, Option>;

export type Use = Record<keyof typeof OPTIONS, number>;

const NAMES = Object.keys(OPTIONS) as (keyof Use)[];

/** A use that cannot be: said to whoever asked for it. */
export class UseError extends Error {}

/** The use of these options, the others as is standard. Throws `UseError`, naming the option that is wrong. */
export function useOf(given: Partial<Record<keyof Use, string>>): Use {
  const entries = NAMES.map((name): [keyof Use, number] => {
    const text = given[name];
    return [name, text === undefined ? OPTIONS[name].standard : valueOf(name, text)];
  });
  return Object.fromEntries(entries) as Use;
}

/** Of any value whose type is not known, the use it is. Throws `UseError`. */
export function useFrom(value: unknown): Use {
  const given = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return useOf(Object.fromEntries(given.map(([name, one]) => [name, String(one)])));
}

function valueOf(name: keyof Use, text: string): number {
  const option: Option = OPTIONS[name];
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const isKind = option.fraction ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (isKind && value >= option.least && value <= option.most) return value;
  const kind = option.fraction ? "a number" : "a whole number";
  throw new UseError(`--${name} is to be ${kind} from ${option.least} to ${option.most}, not "${text}"`);
}

/** Each option on a line, for `--help`. */
export function optionLines(): string[] {
  const width = Math.max(...NAMES.map((name) => name.length)) + 4;
  return NAMES.map((name) => {
    const { about, standard } = OPTIONS[name];
    return `  ${`--${name}`.padEnd(width)}${about} (${standard})`;
  });
}
