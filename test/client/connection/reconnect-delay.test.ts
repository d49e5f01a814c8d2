import { describe, expect, it } from "vitest";
import { formatCursor, parseCursor } from "../../../src/client/room/cursor.ts";
import { backoffMs, waitAfter } from "../../../src/client/connection/reconnect-delay.ts";

const most = () => 1;

describe("after a socket closed", () => {
  it.each([4000, 4003, 4004, 4009, 4010])("stops for good at %i", (code) => {
    expect(waitAfter(code, 0)).toBeUndefined();
  });

  it("comes back within two seconds when the server restarts", () => {
    expect(waitAfter(1001, 0, most)).toBe(2_000);
    expect(waitAfter(1001, 0, () => 0)).toBe(0);
  });

  it("waits longer after being rate limited than after being slow", () => {
    expect(waitAfter(4129, 0, () => 0)).toBe(10_000);
    expect(waitAfter(4108, 0, () => 0)).toBe(0);
  });

  it("backs off exponentially, with full jitter, to half a minute at most", () => {
    expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, most))).toEqual([500, 1_000, 2_000, 4_000]);
    expect(backoffMs(50, most)).toBe(30_000);
    expect(backoffMs(50, () => 0)).toBe(0);
  });
});

describe("a cursor", () => {
  it("reads what it writes", () => {
    expect(parseCursor(formatCursor({ epoch: "e:1", rev: 42 }))).toEqual({ epoch: "e:1", rev: 42 });
  });
});
