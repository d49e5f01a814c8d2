import { describe, expect, it } from "vitest";
import { formatCursor, parseCursor } from "../../src/client/cursor.ts";
import { afterClose, backoffMs } from "../../src/client/reconnecting.ts";

const most = () => 1;

describe("after a socket closed", () => {
  it.each([4000, 4003, 4004, 4009, 4010])("stops for good at %i", (code) => {
    expect(afterClose(code, 0)).toEqual({ do: "stop" });
  });

  it("waits for somebody to sign in at 4001", () => {
    expect(afterClose(4001, 0)).toEqual({ do: "sign_in" });
  });

  it("comes back within two seconds when the server restarts", () => {
    expect(afterClose(1001, 0, most)).toEqual({ do: "retry", afterMs: 2_000 });
    expect(afterClose(1001, 0, () => 0)).toEqual({ do: "retry", afterMs: 0 });
  });

  it("waits longer after being rate limited than after being slow", () => {
    expect(afterClose(4129, 0, () => 0)).toEqual({ do: "retry", afterMs: 10_000 });
    expect(afterClose(4108, 0, () => 0)).toEqual({ do: "retry", afterMs: 0 });
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

  it.each(["", "e", ":3", "e:x", "e:-1", "e:1.5"])("is none in %j", (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});
