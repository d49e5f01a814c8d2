import { describe, expect, it } from "vitest";
import json from "./prices.json";
import { pricesFrom } from "./prices.ts";

describe("prices.json", () => {
  it("has the schema, with Cloudflare's pages as its source", () => {
    const { pages } = pricesFrom(json);
    for (const page of pages) expect(page).toMatch(/^https:\/\/developers\.cloudflare\.com\//);
  });

  it.each([
    ["a negative price", { usdPerMonth: -1 }],
    ["an invalid date", { read: "2026-13-01" }],
    ["a page that is not a URL", { pages: ["the docs"] }],
    ["a free plan without limits", { free: { ...json.free, perDay: {} } }],
    ["an unknown unit", { units: { ...json.units, x: {} } }],
  ])("is refused with %s", (_name, change) => {
    expect(() => pricesFrom({ ...json, ...change })).toThrow('"path"');
  });
});
