/**
 * The verdict on a user's credential, and on whose it changed since the caller last asked: so callers may keep the verdicts
 * that they have. Changes are remembered in memory alone; a caller who knows of another memory is to ask about everyone anew.
 */
import type { Issuance, RevocationCursor, Verdict } from "../../rpc/revocation.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { Revocations } from "./revocations.ts";

/** How many changes are remembered. Whoever knows fewer is to ask about everyone anew, too. */
const CHANGES_KEPT = 1_000;

export class Verdicts {
  readonly #revocations: Revocations;
  readonly #directory: UserDirectory;
  #memoryId = crypto.randomUUID();
  /** The ids of users, in order; and how many of the first ones are forgotten. */
  #changed: string[] = [];
  #forgotten = 0;

  constructor(revocations: Revocations, directory: UserDirectory) {
    this.#revocations = revocations;
    this.#directory = directory;
    revocations.onChange = (userId) => this.changed(userId);
    directory.onChange = (userId) => this.changed(userId);
  }

  on(userId: string, issuance: Issuance, since?: RevocationCursor): Verdict {
    const cursor = { memoryId: this.#memoryId, changes: this.#forgotten + this.#changed.length };
    const isKnown = since?.memoryId === this.#memoryId && since.changes >= this.#forgotten;
    const changed = isKnown ? [...new Set(this.#changed.slice(since.changes - this.#forgotten))] : undefined;
    const ban = this.#revocations.bans.of(userId, Date.now());
    const profile = this.#directory.putSince(userId, issuance.issuedAt);
    return {
      isRevoked: this.#revocations.isRevoked(userId, issuance),
      ...(ban && { ban }),
      ...(profile && { profile }),
      news: { cursor, ...(changed && { changed }) },
    };
  }

  /** Verdicts on a user are not what they were. */
  changed(userId: string): void {
    this.#changed.push(userId);
    if (this.#changed.length <= CHANGES_KEPT) return;
    const half = this.#changed.splice(0, CHANGES_KEPT / 2);
    this.#forgotten += half.length;
  }

  /** Users have left for another shard, which knows from now on what changes of theirs. */
  forget(): void {
    this.#memoryId = crypto.randomUUID();
    this.#changed = [];
    this.#forgotten = 0;
  }
}
