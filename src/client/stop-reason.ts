/** Why what was not sent yet never will be, for a person to read. */
import { CLOSE } from "../protocol/errors.ts";

export function stopReason(closeCode: number | undefined): string {
  if (closeCode === CLOSE.forbidden) return "You are no longer in this conversation.";
  if (closeCode === CLOSE.notFound) return "This conversation is gone.";
  return "The connection was ended by the server.";
}
