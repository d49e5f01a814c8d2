/** Formats times (milliseconds since the epoch) in the reader's language and time zone. */
import { ENGLISH, type Words } from "./words.ts";

const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dateWithYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const longDate = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const longDateWithYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const UTC_DAY_MS = 24 * 60 * 60 * 1000;

/** The time of day. */
export function formatTime(at: number): string {
  return time.format(at);
}

export function formatDateTime(at: number): string {
  return dateTime.format(at);
}

/** The shortest form, for a list: the time today, the weekday within a week, else the date. */
export function formatShort(at: number, today: number): string {
  const days = daysBetween(at, today);
  // The server's clock may be ahead.
  if (days <= 0) return time.format(at);
  if (days < 7) return weekday.format(at);
  return (isSameYear(at, today) ? date : dateWithYear).format(at);
}

/** The day, for the line between two days of messages. */
export function formatDay(
  at: number,
  today: number,
  words: Pick<Words, "today" | "yesterday"> = ENGLISH,
): string {
  const days = daysBetween(at, today);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return (isSameYear(at, today) ? longDate : longDateWithYear).format(at);
}

export function isSameDay(a: number, b: number): boolean {
  return daysBetween(a, b) === 0;
}

function isSameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}

/** From the day of `a` to that of `b`, in the reader's calendar. */
function daysBetween(a: number, b: number): number {
  return dayNumber(b) - dayNumber(a);
}

/** Counts the days of the calendar. Dividing the time itself would not: where clocks change, days have 23 or 25 hours. */
function dayNumber(at: number): number {
  const day = new Date(at);
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) / UTC_DAY_MS;
}
