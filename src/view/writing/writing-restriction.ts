/** What keeps the user from writing in a thread now. The server decides; this says it before anything is sent. Pure. */
import type { RoomState } from "../../client/room/room-state.ts";
// The same rules as on the server.
import { isSlowed, may, standingOf } from "../../protocol/rights.ts";

/** `until`: when it ends, in milliseconds since the epoch. */
export type WritingRestriction =
  | { why: "timeout"; until: number }
  /** The thread is locked, or only moderators post in it. */
  | { why: "locked" }
  /** The user has blocked the other of a direct thread. */
  | { why: "blocked" }
  | { why: "moderators" }
  /** Slow mode: the user's last message was too recent. */
  | { why: "slow"; until: number };

/** What ends within this time is shown as a countdown. */
export const COUNTED_MS = 60 * 60 * 1000;

/** What it depends on. */
export interface WritingState {
  thread?: RoomState["thread"] | undefined;
  you?: RoomState["you"];
  /** When the user's last message was sent; undefined where none is known. */
  lastSentAt: number | undefined;
  /** Whether the user has blocked the other of a direct thread. */
  isBlocked?: boolean;
}

/** When the user's last message in a room was sent, where slow mode makes that matter. */
export function lastSentAt({ thread, user, messages }: RoomState): number | undefined {
  if (!thread?.slowModeMs) return undefined;
  return messages.findLast(({ author }) => author.id === user?.id)?.at;
}

/** Undefined where the user may write. `now` is in milliseconds since the epoch. */
export function writingRestrictionOf(
  { thread, you, lastSentAt: sentAt, isBlocked = false }: WritingState,
  now: number,
): WritingRestriction | undefined {
  if (isBlocked) return { why: "blocked" };
  // A reader of a public thread becomes a member by opening it.
  const standing = you ? standingOf(you, now) : "member";
  if (standing === "timed out") return { why: "timeout", until: you?.timeoutUntil ?? now };
  if (!thread) return undefined;
  const { kind, locked, whoPosts, slowModeMs = 0 } = thread;
  if (!may("send", kind, standing, { locked })) return { why: "locked" };
  if (!may("send", kind, standing, { whoPosts })) return { why: "moderators" };
  if (slowModeMs === 0 || !isSlowed(standing)) return undefined;
  // Never longer than the interval, whatever the clocks say.
  const until = sentAt === undefined ? 0 : Math.min(sentAt, now) + slowModeMs;
  return until > now ? { why: "slow", until } : undefined;
}
