import { afterEach, describe, expect, it, vi } from "vitest";
import { firstGrapheme, shorten, shortenToBytes } from "../../src/protocol/graphemes.ts";

const FAMILY = "👨‍👩‍👧‍👦";
const FLAG = "🇫🇷";

describe("a text that is shortened", () => {
  it("stays as it is where it fits", () => {
    expect(shorten("water", 5)).toBe("water");
    expect(shorten("", 5)).toBe("");
    expect(shortenToBytes("wäter", 6)).toBe("wäter");
  });

  it("ends with an ellipsis, and is no longer than the limit", () => {
    expect(shorten("waters", 5)).toBe("wate…");
    expect(shortenToBytes("water lily", 9)).toBe("water …");
  });

  it.each([FAMILY, FLAG, "e\u0301\u0323", "각", "क्षि", "👍🏽", "\r\n"])("is not cut within %j", (grapheme) => {
    for (let before = 0; before < grapheme.length - 1; before += 1) {
      const letters = "x".repeat(20 - before);
      expect(shorten(`${letters}${grapheme}yz`, 21)).toBe(`${letters}…`);
    }
    expect(shortenToBytes(`xx${grapheme}${"y".repeat(40)}`, 6)).toBe(
      new TextEncoder().encode(grapheme).length > 1 ? "xx…" : `xx${grapheme}y…`,
    );
  });

  it("is an ellipsis where not even one grapheme fits", () => {
    expect(shorten(`e${"\u0301".repeat(500)}`, 140)).toBe("…");
  });
});

it("the first grapheme is whole", () => {
  expect(firstGrapheme(`${FAMILY} of four`)).toBe(FAMILY);
  expect(firstGrapheme("")).toBe("");
});

describe("where there is no Intl.Segmenter", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it("texts are cut between code points", async () => {
    vi.stubGlobal("Intl", {});
    vi.resetModules();
    const without = await import("../../src/protocol/graphemes.ts");
    expect(without.shorten("xxx👍yz", 5)).toBe("xxx…");
    expect(without.shorten("xx👍yz", 5)).toBe("xx👍…");
    expect(without.shortenToBytes("xx👍yzzz", 8)).toBe("xx…");
    expect(without.firstGrapheme("👍🏽")).toBe("👍");
    expect(without.firstGrapheme("")).toBe("");
  });
});
