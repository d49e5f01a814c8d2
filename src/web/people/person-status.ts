/**
 * How present another user is. Two things are known: whether they have this chat open, and whether they are online, on
 * whatever page. Who has a chat open is online, also before their presence says so. Pure.
 */
import type { UserPresence } from "../../protocol/model.ts";
import { formatShort } from "../../view/text/time-format.ts";

export interface PersonStatus {
  online: boolean;
  /** Empty where nothing is known. */
  text: string;
}

export function personStatus(
  isHere: boolean,
  presence: UserPresence | undefined,
  today: number,
  language?: string,
): PersonStatus {
  if (isHere) return { online: true, text: "In this chat now" };
  if (!presence) return { online: false, text: "" };
  const { status, lastSeenAt } = presence;
  if (status === "online") return { online: true, text: "Online" };
  return {
    online: false,
    text: lastSeenAt === undefined ? "Offline" : `Last seen ${formatShort(lastSeenAt, today, language)}`,
  };
}
