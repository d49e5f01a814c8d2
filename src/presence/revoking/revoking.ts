/** What the host and users revoke: stored, and the sockets concerned closed, here and in the user's threads. */
import type { HostBanRow } from "../../rpc/moved-users.ts";
import type { BanPut, HostBanRecord } from "../../rpc/presence.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { TabNotifier } from "../socketio-tabs/tab-notifier.ts";
import type { TabSockets } from "../status/tab-sockets.ts";
import type { RevocationPropagation } from "./revocation-propagation.ts";
import type { Revocations } from "./revocations.ts";

export interface RevokingParts {
  revocations: Revocations;
  revocationPropagation: RevocationPropagation;
  directory: UserDirectory;
  sockets: TabSockets;
  tabNotifier: TabNotifier;
}

export class Revoking {
  readonly #parts: RevokingParts;

  constructor(parts: RevokingParts) {
    this.#parts = parts;
  }

  /** Revokes what was made for a user before this time, in seconds since the epoch. */
  revoke(userId: string, before: number): void {
    const now = Date.now();
    if (this.#parts.revocations.revoke(userId, before)) this.#revoked(userId, now);
  }

  /** A user signs out of a session, whose cookies would be valid until then. */
  endSession(userId: string, sessionId: string, until: number): void {
    const now = Date.now();
    if (!this.#parts.revocations.endSession(userId, sessionId, until, now)) return;
    this.#parts.revocationPropagation.sessionEnded(userId, now);
    this.#closeHere(userId, now);
  }

  ban(userId: string, { until, reason }: BanPut): HostBanRecord {
    const now = Date.now();
    const ban = { user_id: userId, until: until ?? null, reason: reason ?? null, at: now };
    this.#parts.revocations.bans.put(ban);
    this.#revoked(userId, now);
    return this.#record(ban);
  }

  liftBan(userId: string): void {
    this.#parts.revocations.bans.lift(userId);
  }

  /** The bans that are in force of users with ids after this one. */
  bans(after: string, limit: number): HostBanRecord[] {
    return this.#parts.revocations.bans.page(after, limit, Date.now()).map((ban) => this.#record(ban));
  }

  /** Something of a user was revoked, in this very commit: their sockets are closed here, and in their threads. */
  #revoked(userId: string, now: number): void {
    this.#parts.revocationPropagation.revoked(userId, now);
    this.#closeHere(userId, now);
  }

  #closeHere(userId: string, now: number): void {
    const revocation = this.#parts.revocations.of(userId, now);
    this.#parts.sockets.closeRevoked(userId, revocation, now);
    this.#parts.tabNotifier.revoked(userId, revocation);
  }

  #record({ user_id, until, reason, at }: HostBanRow): HostBanRecord {
    const [user = { id: user_id, name: user_id }] = this.#parts.directory.profiles([user_id]);
    return { user, ...(until !== null && { until }), ...(reason !== null && { reason }), at };
  }
}
