import { expect, it } from "vitest";
import { formatNames } from "../../../src/view/text/name-list.ts";

it("a list of names is cut at its limit, and counts the others", () => {
  expect(formatNames(["A"], 3)).toBe("A");
  expect(formatNames(["A", "B", "C"], 3)).toBe("A, B, and C");
  expect(formatNames(["A", "B", "C", "D"], 3)).toBe("A, B, and 2 others");
});

it("a list of the first names of more people counts them all", () => {
  expect(formatNames(["A", "B", "C"], 3, 9)).toBe("A, B, and 7 others");
  expect(formatNames(["A", "B", "C", "D"], 3, 3)).toBe("A, B, and C");
});
