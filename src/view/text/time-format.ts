/** Formats times (milliseconds since the epoch) in the reader's time zone, and in their language unless another is named. */
import { ENGLISH, type Words } from "./words.ts";

type Kind = "time" | "weekday" | "date" | "dateWithYear" | "longDate" | "longDateWithYear" | "dateTime";

const OPTIONS: Record<Kind, Intl.DateTimeFormatOptions> = {
  time: { hour: "numeric", minute: "2-digit" },
  weekday: { weekday: "short" },
  date: { day: "numeric", month: "short" },
  dateWithYear: { dateStyle: "medium" },
  longDate: { weekday: "long", day: "numeric", month: "long" },
  longDateWithYear: { dateStyle: "long" },
  dateTime: { dateStyle: "medium", timeStyle: "short" },
};

/** Made once each: making one takes longer than formatting with it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(kind: Kind, at: number, language: string | undefined): string {
  const key = `${kind} ${language ?? ""}`;
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(language, OPTIONS[kind])));
  return made.format(at);
}

const UTC_DAY_MS = 24 * 60 * 60 * 1000;

/** The time of day. */
export function formatTime(at: number, language?: string): string {
  return format("time", at, language);
}

export function formatDateTime(at: number, language?: string): string {
  return format("dateTime", at, language);
}

/** The shortest form, for a list: the time today, the weekday within a week, else the date. */
export function formatShort(at: number, today: number, language?: string): string {
  const days = daysBetween(at, today);
  // The server's clock may be ahead.
  if (days <= 0) return format("time", at, language);
  if (days < 7) return format("weekday", at, language);
  return format(isSameYear(at, today) ? "date" : "dateWithYear", at, language);
}

/** The day, for the line between two days of messages. */
export function formatDay(
  at: number,
  today: number,
  words: Pick<Words, "today" | "yesterday"> = ENGLISH,
  language?: string,
): string {
  const days = daysBetween(at, today);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return format(isSameYear(at, today) ? "longDate" : "longDateWithYear", at, language);
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
