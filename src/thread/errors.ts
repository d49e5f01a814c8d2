/** The two refusals of a thread: not to be done by this user, and not there for them. */
import { LilypadError } from "../protocol/errors.ts";

/** One error for every right that is lacking in a thread that one may see. */
export function forbidden(): LilypadError {
  return new LilypadError("forbidden", "You may not do that in this thread.");
}

/** One error for every thread that does not exist for the caller, whatever the reason. */
export function noSuchThread(): LilypadError {
  return new LilypadError("not_found", "There is no such thread.");
}
