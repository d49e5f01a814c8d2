/** The reader's day. It ends while the page is open: what is called "Today" is "Yesterday" from midnight on. */
import { Store, type Readable } from "../../client/store/store.ts";

const day = new Store(startOfDay());
let timer: ReturnType<typeof setTimeout> | undefined;

/** When today began, in milliseconds since the epoch. */
export const today: Readable<number> = day;

function follow(): void {
  day.set(startOfDay());
  clearTimeout(timer);
  timer = setTimeout(follow, startOfDay(1) - Date.now());
}

/** Midnight of today or, `days` later, of another day: in some time zones not every day has one, nor 24 hours. */
function startOfDay(days = 0): number {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime();
}

follow();
// The timer of a computer that slept is late.
document.addEventListener("visibilitychange", follow);
