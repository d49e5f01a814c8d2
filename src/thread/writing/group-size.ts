/**
 * How many commands to expect in the next group, from how many came together lately. Once as many are here, none need be
 * waited for; but that more come than that is only seen by waiting, which takes a millisecond or so (any timer does): as
 * long as sending to dozens of sockets. So the group waits rarely while nothing changes, and each time while more come.
 */

/** Of the size of the groups before, what is expected of the next: so that it is forgotten when fewer come. */
const DECAY = 0.9;
/** How often to look whether more come than are expected: one fiftieth of the time is spent on it, at most. */
const PROBE_EVERY_MS = 50;

export class GroupSize {
  #expected = 1;
  #isGrowing = false;
  #isProbing = false;
  #probedAt = -Infinity;

  /** As many are expected to come together. */
  get expected(): number {
    return this.#expected;
  }

  /** As many as expected are here: whether to wait, this time, for more. */
  isTimeToProbe(now: number): boolean {
    this.#isProbing = this.#isGrowing || now - this.#probedAt >= PROBE_EVERY_MS;
    return this.#isProbing;
  }

  /** So many came together. */
  observe(count: number, now: number): void {
    if (this.#isProbing) this.#probedAt = now;
    this.#isProbing = false;
    this.#isGrowing = count > this.#expected;
    this.#expected = Math.max(count, Math.floor(this.#expected * DECAY));
  }
}
