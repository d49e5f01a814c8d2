/** For how long a moderator's acts last, as they are offered. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A choice, and its text. */
export interface Choice<T> {
  value: T;
  text: string;
}

/** Milliseconds. */
export const TIMEOUTS: readonly Choice<number>[] = [
  { value: 10 * MINUTE_MS, text: "10 minutes" },
  { value: HOUR_MS, text: "1 hour" },
  { value: DAY_MS, text: "1 day" },
  { value: 7 * DAY_MS, text: "1 week" },
];

/** Milliseconds; null for good. */
export const BANS: readonly Choice<number | null>[] = [
  { value: DAY_MS, text: "1 day" },
  { value: 7 * DAY_MS, text: "1 week" },
  { value: 30 * DAY_MS, text: "30 days" },
  { value: null, text: "For good" },
];

/** How much of what a banned user wrote is deleted, in seconds. */
export const PURGES: readonly Choice<number>[] = [
  { value: 0, text: "Nothing" },
  { value: 3_600, text: "Of the last hour" },
  { value: 86_400, text: "Of the last day" },
];

/** Milliseconds between two messages of a member. */
export const SLOW_MODES: readonly Choice<number>[] = [
  { value: 0, text: "Off" },
  { value: 10_000, text: "10 seconds" },
  { value: 30_000, text: "30 seconds" },
  { value: MINUTE_MS, text: "1 minute" },
  { value: 5 * MINUTE_MS, text: "5 minutes" },
  { value: 15 * MINUTE_MS, text: "15 minutes" },
  { value: HOUR_MS, text: "1 hour" },
  { value: 6 * HOUR_MS, text: "6 hours" },
];

/** Milliseconds; null for no end. */
export const LINK_LIFETIMES: readonly Choice<number | null>[] = [
  { value: DAY_MS, text: "1 day" },
  { value: 7 * DAY_MS, text: "1 week" },
  { value: null, text: "No end" },
];

/** How many people a link lets in; null for any number. */
export const LINK_USE_CHOICES: readonly Choice<number | null>[] = [
  { value: 1, text: "1" },
  { value: 10, text: "10" },
  { value: null, text: "Any number" },
];
