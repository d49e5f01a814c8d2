/**
 * The reader's day. It ends while the page is open: what is called "Today" is "Yesterday" from midnight on. Nothing runs
 * before somebody subscribes: this is also imported where a page is rendered on a server.
 */
import { Store, type Readable } from "../../client/store/store.ts";

const day = new Store(startOfDay());
let timer: ReturnType<typeof setTimeout> | undefined;
let isFollowing = false;

/** When today began, in milliseconds since the epoch. */
export const today: Readable<number> = {
  getSnapshot: day.getSnapshot,
  subscribe: (listener) => {
    if (!isFollowing) {
      isFollowing = true;
      // The timer of a computer that slept is late.
      document.addEventListener("visibilitychange", follow);
      follow();
    }
    return day.subscribe(listener);
  },
};

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
