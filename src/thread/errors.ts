/** The refusals that several commands of a thread share. */
import { LilypadError } from "../protocol/errors.ts";

/** One error for every right that is lacking in a thread that the user may see. */
export function forbidden(): LilypadError {
  return new LilypadError("forbidden", "You may not do that in this thread.");
}

/** One error for every thread that does not exist for the caller, whatever the reason. */
export function noSuchThread(): LilypadError {
  return new LilypadError("not_found", "There is no such thread.");
}

/** For what can be done only to a message that was not deleted. */
export function messageGone(): LilypadError {
  return new LilypadError("gone", "That message was deleted.");
}
