/** The prices' file: whole, and each price with its page and its day. */
import { describe, expect, it } from "vitest";
import { quoteFor } from "./hosted.ts";
import { monthOf } from "./month.ts";
import json from "./prices.json";
import { pricesFrom, type HostedPrice } from "./prices.ts";
import { useFrom, type Use } from "./use.ts";

describe("the prices' file", () => {
  it("is of the shape, with a page and a day for each price", () => {
    const { cloudflare, hosted } = pricesFrom(json);
    expect(cloudflare.pages.every((page) => page.startsWith("https://developers.cloudflare.com/"))).toBe(
      true,
    );
    const days = [cloudflare.read, ...hosted.flatMap(({ read, via }) => (via ? [read, via.date] : [read]))];
    expect(days.every((day) => /^20\d\d-\d\d-\d\d$/.test(day))).toBe(true);
    expect(new Set(hosted.map(({ name }) => name)).size).toBe(hosted.length);
  });

  it.each([
    ["a price below nothing", { cloudflare: { ...json.cloudflare, usdPerMonth: -1 } }],
    ["a day that is none", { cloudflare: { ...json.cloudflare, read: "2026-13-01" } }],
    ["a page that is no address", { cloudflare: { ...json.cloudflare, pages: ["the docs"] } }],
    [
      "a unit that nobody knows",
      { cloudflare: { ...json.cloudflare, units: { ...json.cloudflare.units, x: {} } } },
    ],
    ["a service without a page", { hosted: [{ name: "X", read: "2026-01-01", model: "unknown", why: "y" }] }],
  ])("is refused with %s", (_name, change) => {
    expect(() => pricesFrom({ ...json, ...change })).toThrow('"path"');
  });
});

describe("a hosted service's price", () => {
  const said = { name: "X", page: "https://example.com/", read: "2026-01-01" };
  const priceOf = (service: object, use: Partial<Use>) => {
    const asked = useFrom(use);
    return quoteFor({ ...said, ...service } as HostedPrice, asked, monthOf(asked, 8)).usd;
  };

  it("by plans is that of the cheapest one that takes threads of the size", () => {
    const plans = {
      model: "plans",
      plans: [
        { plan: "Basic", usd: 279, users: 10_000, usdPerFurther: 0.04, threadSize: 100 },
        { plan: "Growth", usd: 569, users: 25_000, usdPerFurther: 0.03, threadSize: 300 },
      ],
    };
    expect(priceOf(plans, { users: 10_000 })).toBe(279);
    expect(priceOf(plans, { users: 12_000 })).toBeCloseTo(359, 9);
    expect(priceOf(plans, { users: 20_000 })).toBe(569);
    expect(priceOf(plans, { users: 30_000 })).toBeCloseTo(719, 9);
    expect(priceOf(plans, { users: 100, "thread-size": 101 })).toBe(569);
    expect(priceOf(plans, { users: 100, "thread-size": 301 })).toBeUndefined();
  });

  it("by steps is each user's at theirs", () => {
    const steps = {
      model: "graduated",
      steps: [
        { users: 200, usdEach: 0 },
        { users: 5_000, usdEach: 0.05 },
        { users: 10_000, usdEach: 0.0475 },
      ],
    };
    expect(priceOf(steps, { users: 200 })).toBe(0);
    expect(priceOf(steps, { users: 1_000 })).toBeCloseTo(40, 9);
    expect(priceOf(steps, { users: 6_000 })).toBeCloseTo(240 + 47.5, 9);
    expect(priceOf(steps, { users: 10_001 })).toBeUndefined();
  });

  it("by blocks is that of every block begun", () => {
    const blocks = { model: "blocks", users: 10_000, usd: 449, threadSize: 200 };
    expect(priceOf(blocks, { users: 10_000 })).toBe(449);
    expect(priceOf(blocks, { users: 10_001 })).toBe(898);
  });

  it("by messages counts each as it is sent and as each gets it", () => {
    const use = { "messages-per-day": 100_000, "thread-size": 11, "readers-online": 0.3 };
    const metered = { model: "metered", usdPerMillionSent: 123, usdPerMillionGot: 33 };
    // 3,000,000 messages, each got by the sender and three others.
    expect(priceOf(metered, use)).toBeCloseTo(3 * 123 + 12 * 33, 6);
  });

  it("that was not found is not said", () => {
    expect(priceOf({ model: "unknown", why: "it was not found" }, {})).toBeUndefined();
  });
});
