/** What was ended before its time: a user's earlier tokens and cookies by the host, a session by who signed out of it. */

import { LilypadError } from "../protocol/errors.ts";
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

/** What of one user's was revoked. It only grows. */
export interface Revocation {
  /** Credentials from before this time, in seconds since the epoch, and those that do not say when they were made. */
  before?: number | undefined;
  /** Sessions that have ended, as long as a cookie of theirs could still be valid. */
  sessions: string[];
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

/** What a revoked credential is refused with. */
export function revokedError(): LilypadError {
  return new LilypadError("unauthenticated", REVOKED);
}
/** Why a socket is closed. */
export const REVOKED = "The session was ended. Sign in again.";

/** Where a caller's knowledge of a shard ends: in which memory of the shard's, and after how many of its changes. */
export interface RevocationCursor {
  memoryId: string;
  changes: number;
}

/** A shard's verdict on one credential. */
export interface Verdict {
  isRevoked: boolean;
  /** The user as their host has put them since the credential was made, whatever that says of them. */
  profile?: User;
  /**
   * What a caller who keeps verdicts may go by: on whom verdicts changed since the cursor that it gave, all of them unless
   * `changed` is there. Absent of a user who has moved to another shard, whose verdict is good for its own time alone.
   */
  news?: { cursor: RevocationCursor; changed?: string[] };
}
