/** A ban as a moderator chose it. Pure. */
import type { PutBan } from "../../protocol/moderation.ts";

export interface ChosenBan {
  /** Milliseconds; null for good. */
  duration: number | null;
  /** How much of what they wrote is deleted. */
  purgeSeconds: number;
  reason: string;
}

/** As it is requested; `now` is in milliseconds since the epoch. */
export function banOf({ duration, purgeSeconds, reason }: ChosenBan, now: number): PutBan {
  return {
    ...(duration !== null && { until: now + duration }),
    ...(reason.trim() !== "" && { reason: reason.trim() }),
    ...(purgeSeconds > 0 && { purgeSeconds }),
  };
}
