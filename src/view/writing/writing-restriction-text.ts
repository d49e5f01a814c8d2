/** What is said to a user who may not write. Pure. */
import { formatDateTime } from "../text/time-format.ts";
import { ENGLISH, type Words } from "../text/words.ts";
import { COUNTED_MS, type WritingRestriction } from "./writing-restriction.ts";

type RestrictionWords = Pick<
  Words,
  "blockedPerson" | "locked" | "moderatorsPost" | "timedOut" | "slowMode" | "inTime" | "atTime"
>;

/** `now` is in milliseconds since the epoch. */
export function writingRestrictionText(
  restriction: WritingRestriction,
  now: number,
  words: RestrictionWords = ENGLISH,
  language?: string,
): string {
  switch (restriction.why) {
    case "blocked":
      return words.blockedPerson;
    case "locked":
      return words.locked;
    case "moderators":
      return words.moderatorsPost;
    case "timeout":
      return words.timedOut(whenText(restriction.until, now, words, language));
    case "slow":
      return words.slowMode(whenText(restriction.until, now, words, language));
  }
}

/** What is less than an hour away as a countdown, else the time. */
function whenText(until: number, now: number, words: RestrictionWords, language?: string): string {
  const seconds = Math.max(1, Math.ceil((until - now) / 1000));
  if (seconds * 1000 > COUNTED_MS) return words.atTime(formatDateTime(until, language));
  return words.inTime(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
}
