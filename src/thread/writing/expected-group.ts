/**
 * How many commands come together of late. Once as many are here, nobody need be waited for; but that more come than
 * that is only seen by waiting, which takes a millisecond or so (any timer does): as long as telling dozens of sockets.
 * So it is waited rarely while nothing changes, and each time while more and more come.
 */

/** Of the size of the groups before, what is expected of the next: so that it is forgotten when fewer come. */
const FORGETTING = 0.9;
/** How often it is looked whether more come than are expected: one fiftieth of the time is spent on it, at most. */
const LOOK_EVERY_MS = 50;

export class Rhythm {
  #expected = 1;
  #isGrowing = false;
  #isLooking = false;
  #lookedAt = -Infinity;

  /** As many are expected to come together. */
  get expected(): number {
    return this.#expected;
  }

  /** As many as expected are here: whether to wait, this time, for more. */
  isTimeToLook(now: number): boolean {
    this.#isLooking = this.#isGrowing || now - this.#lookedAt >= LOOK_EVERY_MS;
    return this.#isLooking;
  }

  /** So many came together. */
  came(count: number, now: number): void {
    if (this.#isLooking) this.#lookedAt = now;
    this.#isLooking = false;
    this.#isGrowing = count > this.#expected;
    this.#expected = Math.max(count, Math.floor(this.#expected * FORGETTING));
  }
}
