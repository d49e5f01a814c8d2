import { describe, expect, it } from "vitest";
import { backoffMs, isFinal, reconnectDelayMs } from "../../../src/client/connection/reconnect-delay.ts";

const longest = () => 1;
const shortest = () => 0;

describe("a close code", () => {
  it.each([4000, 4003, 4004, 4009, 4010])("of %i is final", (code) => {
    expect(isFinal(code)).toBe(true);
  });

  it.each([1000, 1001, 1006, 4001, 4100, 4108, 4129])("of %i is not final", (code) => {
    expect(isFinal(code)).toBe(false);
  });
});

describe("the delay before the next attempt", () => {
  it("spreads clients over two seconds where the server restarts", () => {
    expect(reconnectDelayMs(1001, 0, undefined, longest)).toBe(2_000);
    expect(reconnectDelayMs(1001, 0, undefined, shortest)).toBe(0);
  });

  it("is at least what the server asks a client that was rate limited to wait, else ten seconds", () => {
    expect(reconnectDelayMs(4129, 0, 60_000, shortest)).toBe(60_000);
    expect(reconnectDelayMs(4129, 0, undefined, shortest)).toBe(10_000);
    expect(reconnectDelayMs(4108, 0, undefined, shortest)).toBe(0);
  });

  it("spreads those that were refused at once over half as long again", () => {
    expect(reconnectDelayMs(4129, 0, 60_000, longest)).toBe(60_000 + 30_000 + 500);
  });

  it("grows exponentially, with full jitter, to 30 seconds at most", () => {
    expect([0, 1, 2, 3].map((failures) => backoffMs(failures, longest))).toEqual([500, 1_000, 2_000, 4_000]);
    expect(backoffMs(50, longest)).toBe(30_000);
    expect(backoffMs(50, shortest)).toBe(0);
  });
});
