import { describe, expect, it } from "vitest";
import { beginningOf, isLong } from "../../../src/view/text/long-text.ts";

describe("a long text", () => {
  it("has many characters or many lines", () => {
    expect(isLong("a".repeat(1_500))).toBe(false);
    expect(isLong("a".repeat(1_501))).toBe(true);
    expect(isLong("a\n".repeat(24) + "a")).toBe(false);
    expect(isLong("a\n".repeat(25) + "a")).toBe(true);
  });

  it("is shortened at the end of a line, never within one: a link in it leads where it led", () => {
    const line = "https://lilypad.test/long";
    expect(beginningOf(`${line}\n`.repeat(100)).split("\n")).toEqual(Array.from({ length: 25 }, () => line));
    expect(beginningOf("a".repeat(5_000))).toHaveLength(5_000);
  });
});
