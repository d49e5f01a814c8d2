/**
 * How many commands come together of late. Once as many are here, nobody need be waited for; but that more come than
 * that is only seen by waiting, which takes a millisecond at least (any timer does): as long as telling dozens of
 * sockets. So it is waited rarely while nothing changes, and each time while more and more come.
 */

/** Of the size of the groups before, what is expected of the next: so that it is forgotten when fewer come. */
const FORGETTING = 0.9;
/** The expected ones came so many times, at most, before it is looked again whether there are more; odd, so that of two groups that take turns it is not always the same one. */
const LOOK_EVERY = 31;

export class Rhythm {
  #expected = 1;
  #every = 1;
  #untilLook = 1;
  #isLooking = false;

  /** As many are expected to come together. */
  get expected(): number {
    return this.#expected;
  }

  /** As many as expected are here: whether to wait, this time, for more. */
  isTimeToLook(): boolean {
    this.#untilLook -= 1;
    this.#isLooking ||= this.#untilLook <= 0;
    return this.#isLooking;
  }

  /** So many came together. */
  came(count: number): void {
    const isChanging = count === 1 || count > this.#expected;
    if (this.#isLooking || isChanging) {
      this.#every = isChanging ? 1 : Math.min(2 * this.#every, LOOK_EVERY);
      this.#untilLook = this.#every;
      this.#isLooking = false;
    }
    this.#expected = Math.max(count, Math.floor(this.#expected * FORGETTING));
  }
}
