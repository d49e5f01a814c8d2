/** The reason of a WebSocket's close frame. */
import { shortenToBytes } from "../protocol/graphemes.ts";
import { CLOSE_REASON_BYTES } from "../protocol/limits.ts";

/** The reason as `close()` takes it, which throws for a longer one. */
export function closeReason(reason: string): string {
  return shortenToBytes(reason, CLOSE_REASON_BYTES);
}
