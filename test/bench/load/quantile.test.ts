import { expect, it } from "vitest";
import { median, quantile } from "./quantile.ts";

it("finds the value that a share of the values does not exceed", () => {
  const values = Array.from({ length: 200 }, (_value, i) => 200 - i);
  expect(quantile(values, 0.5)).toBe(100);
  expect(quantile(values, 0.99)).toBe(198);
  expect(quantile(values, 1)).toBe(200);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

it("finds the median", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9])).toBe(9);
  expect(median([])).toBeNaN();
});
