/** What was ended before its time: a user's earlier tokens and cookies by the host, a session by who signed out of it. */

import { CLOSE, LilypadError, type CloseCode } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";

/** What of a token or cookie says whether it was revoked. */
export interface Issuance {
  /** When the host made the token, or the one that the cookie was made from: its `iat`, in seconds since the epoch. */
  issuedAt?: number | undefined;
  /** The cookie's session. */
  sessionId?: string | undefined;
  /** When the session ends by itself, in milliseconds since the epoch. */
  expiresAt?: number | undefined;
}

/** What of one user's was revoked. But for a ban it only grows. */
export interface Revocation {
  /** Credentials from before this time, in seconds since the epoch, and those that do not say when they were made. */
  before?: number | undefined;
  /** Sessions that have ended, as long as a cookie of theirs could still be valid. */
  sessions: string[];
  /** The host has banned the user. Absent from shards of older versions. */
  ban?: HostBan | undefined;
}

/** A ban of the host's, from everything here: whatever the user's credential is, and when it was made. */
export interface HostBan {
  /** Milliseconds since the epoch; absent where it does not end. */
  until?: number | undefined;
}

/**
 * How long a verdict that a credential is good may be used, in milliseconds from when it was asked for. Whoever decides by
 * one may let a revoked credential in for as long.
 */
export const VERDICT_MS = 4_000;

/** Whether a revocation is of this credential. */
export function isRevoked({ issuedAt, sessionId }: Issuance, { before, sessions }: Revocation): boolean {
  if (before !== undefined && (issuedAt === undefined || issuedAt < before)) return true;
  return sessionId !== undefined && sessions.includes(sessionId);
}

/** Whether a ban holds. */
export function isInForce(ban: HostBan | undefined, now: number): ban is HostBan {
  return ban !== undefined && (ban.until === undefined || now < ban.until);
}

/** What a credential is refused with, if it is: `forbidden` where its user is banned, `unauthenticated` where it was revoked. */
export function refusalBy(issuance: Issuance, revocation: Revocation, now: number): LilypadError | undefined {
  if (isInForce(revocation.ban, now)) return bannedError();
  return isRevoked(issuance, revocation) ? revokedError() : undefined;
}

/** With what code a socket is closed whose credential is refused so. */
export function closeCodeOf({ code }: LilypadError): CloseCode {
  return code === "forbidden" ? CLOSE.forbidden : CLOSE.unauthenticated;
}

/** What a revoked credential is refused with. */
export function revokedError(): LilypadError {
  return new LilypadError("unauthenticated", "The session was ended. Sign in again.");
}

/** What every request of a banned user is refused with. */
export function bannedError(): LilypadError {
  return new LilypadError("forbidden", "You are banned here.");
}

/** Where a caller's knowledge of a shard ends: in which memory of the shard's, and after how many of its changes. */
export interface RevocationCursor {
  memoryId: string;
  changes: number;
}

/** A shard's verdict on one credential. */
export interface Verdict {
  isRevoked: boolean;
  /** The host has banned the user. Absent from shards of older versions. */
  ban?: HostBan;
  /** The user as their host has put them since the credential was made, whatever that says of them. */
  profile?: User;
  /**
   * What a caller who keeps verdicts may go by: on whom verdicts changed since the cursor that it gave, all of them unless
   * `changed` is there. Absent of a user who has moved to another shard, whose verdict is good for its own time alone.
   */
  news?: { cursor: RevocationCursor; changed?: string[] };
}
