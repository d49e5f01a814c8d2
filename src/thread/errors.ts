/** The refusals that several commands of a thread share. */
import { LilypadError } from "../protocol/errors.ts";

/** One error for every right that is lacking in a thread that the user may see. */
export function forbidden(): LilypadError {
  return new LilypadError("forbidden", "You may not do that in this thread.");
}

/** For what one who is timed out may not do until then. */
export function timedOut(until: number, now: number): LilypadError {
  return new LilypadError("forbidden", "You are timed out in this thread.", { retryAfterMs: until - now });
}

/** For what the thread's settings leave to moderators. */
export function moderatorsOnly(locked: boolean): LilypadError {
  const why = locked ? "This thread is locked." : "Only moderators post in this thread.";
  return new LilypadError("forbidden", why);
}

/** One error for every thread that does not exist for the caller, whatever the reason. */
export function noSuchThread(): LilypadError {
  return new LilypadError("not_found", "There is no such thread.");
}

/** For what concerns a member who is none. */
export function noSuchMember(): LilypadError {
  return new LilypadError("not_found", "There is no such member.");
}

/** For what can be done only to a message that was not deleted. */
export function messageGone(): LilypadError {
  return new LilypadError("gone", "That message was deleted.");
}
