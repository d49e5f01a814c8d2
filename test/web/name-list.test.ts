import { describe, expect, it } from "vitest";
import { formatNames, formatNamesWithin } from "../../src/web/ui/name-list.ts";

it("a list of names is cut at its limit, and counts the others", () => {
  expect(formatNames(["A"], 3)).toBe("A");
  expect(formatNames(["A", "B", "C"], 3)).toBe("A, B, and C");
  expect(formatNames(["A", "B", "C", "D"], 3)).toBe("A, B, and 2 others");
});

describe("a list of names of limited length", () => {
  const long = (name: string) => name.repeat(40 / name.length);

  it("has as many names as fit", () => {
    expect(formatNamesWithin(["A", "B", "C", "D"], 4, 100)).toBe("A, B, C, and D");
    const names = [long("A"), long("B"), long("C"), "D"];
    expect(formatNamesWithin(names, 4, 100)).toBe(`${names[0]}, ${names[1]}, and 2 others`);
    expect(formatNamesWithin(names, 4, 80)).toBe(`${names[0]} and 3 others`);
  });

  it("shortens a single name that does not fit, at a grapheme", () => {
    expect(formatNamesWithin([long("👍"), "B"], 4, 22)).toBe(`${"👍".repeat(4)}… and 1 other`);
    expect(formatNamesWithin([long("👍")], 4, 22)).toBe(`${"👍".repeat(10)}…`);
  });
});
