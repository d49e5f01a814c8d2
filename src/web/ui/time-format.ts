/** Formats times (milliseconds since the epoch) in the reader's language and time zone. */

const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const longDateWithYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const DAY_MS = 24 * 60 * 60 * 1000;

/** The time of day. */
export function formatTime(at: number): string {
  return time.format(at);
}

export function formatDateTime(at: number): string {
  return dateTime.format(at);
}

/** The shortest form, for a list: the time today, the weekday within a week, else the date. */
export function formatShort(at: number, now: number): string {
  if (isSameDay(at, now)) return time.format(at);
  return now - at < 6 * DAY_MS ? weekday.format(at) : date.format(at);
}

/** The day, for the line between two days of messages. */
export function formatDay(at: number, now: number): string {
  if (isSameDay(at, now)) return "Today";
  if (isSameDay(at, now - DAY_MS)) return "Yesterday";
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? longDate.format(at)
    : longDateWithYear.format(at);
}

export function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
