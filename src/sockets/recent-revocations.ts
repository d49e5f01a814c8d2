/**
 * Of whom something was revoked a moment ago: a verdict from before it, kept elsewhere, may still let such a one in. In memory
 * alone: an object that forgets it is called once more when no such verdict is left.
 */
import type { LilypadError } from "../protocol/errors.ts";
import { refusalBy, VERDICT_MS, type Issuance, type Revocation } from "../rpc/revocation.ts";

/** How long it is remembered: as long as a verdict, and as an upgrade may be on its way with it. */
const KEPT_MS = VERDICT_MS + 10_000;

export class RecentRevocations {
  readonly #byUser = new Map<string, { revocation: Revocation; until: number }>();

  note(userId: string, revocation: Revocation, now: number): void {
    for (const [id, { until }] of this.#byUser) if (until <= now) this.#byUser.delete(id);
    this.#byUser.set(userId, { revocation, until: now + KEPT_MS });
  }

  /** What a credential of a user is refused with by what is remembered, if it is. */
  refusal(userId: string, issuance: Issuance, now: number): LilypadError | undefined {
    const recent = this.#byUser.get(userId);
    return recent && now < recent.until ? refusalBy(issuance, recent.revocation, now) : undefined;
  }
}
