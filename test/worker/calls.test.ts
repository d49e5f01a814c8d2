/** Calls to an object that fail, and which of them are retried. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callForValue, callObject } from "../../src/rpc/call.ts";
import { failureOf } from "../auth/tokens.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

/** An object that fails in these ways, one after the other, and then returns how many stubs were created. */
function failing(...failures: Record<string, boolean>[]) {
  const made = { stubs: 0 };
  const stub = () => {
    made.stubs += 1;
    const failure = failures[made.stubs - 1];
    return {
      call: async () => (failure ? Promise.reject(Object.assign(new Error("lost"), failure)) : made.stubs),
    };
  };
  return { made, run: () => callObject(stub, (object) => object.call()) };
}

describe("a call", () => {
  it("is retried on a fresh stub where the error is retryable", async () => {
    expect(await failing({ retryable: true }, { retryable: true }).run()).toBe(3);
  });

  it.each([
    ["whose error is not retryable", {}],
    ["to an overloaded object", { retryable: true, overloaded: true }],
  ])("%s is not retried, and fails as unavailable", async (_what, failure) => {
    const { made, run } = failing(failure);
    expect((await failureOf(run())).code).toBe("unavailable");
    expect(made.stubs).toBe(1);
  });

  it("fails as unavailable after a few retries", async () => {
    const { made, run } = failing(...Array.from({ length: 9 }, () => ({ retryable: true })));
    expect((await failureOf(run())).code).toBe("unavailable");
    expect(made.stubs).toBe(4);
  });

  it("throws the failure that the object returns", async () => {
    const failure = { code: "rate_limited" as const, message: "Wait.", retryAfterMs: 7 };
    expect(
      await failureOf(
        callForValue(
          () => ({}),
          async () => ({ ok: false as const, failure }),
        ),
      ),
    ).toEqual(failure);
  });
});
