/** Times as a reader says them, in the reader's own language and time zone. */

const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const fullDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const fullDayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const DAY_MS = 24 * 60 * 60 * 1000;

export function timeOf(at: number): string {
  return time.format(at);
}

export function momentOf(at: number): string {
  return moment.format(at);
}

/** Short, for a list: the time today, the weekday this week, else the date. */
export function shortOf(at: number, now: number): string {
  if (isSameDay(at, now)) return time.format(at);
  return now - at < 6 * DAY_MS ? weekday.format(at) : day.format(at);
}

/** For the line between two days of messages. */
export function dayOf(at: number, now: number): string {
  if (isSameDay(at, now)) return "Today";
  if (isSameDay(at, now - DAY_MS)) return "Yesterday";
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? fullDay.format(at)
    : fullDayOfYear.format(at);
}

export function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
