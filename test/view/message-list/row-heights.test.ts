import { describe, expect, it } from "vitest";
import { rowAt, RowHeights } from "../../../src/view/message-list/row-heights.ts";

const rows = ["a", "b", "c"].map((key) => ({ key }));

describe("the heights of rows", () => {
  it("are those measured, and for the others the average of the first that were", () => {
    const heights = new RowHeights();
    heights.measure(
      new Map([
        ["a", 20],
        ["b", 40],
      ]),
    );
    expect(heights.tops(rows)).toEqual([0, 20, 60, 90]);
    heights.measure(new Map([["b", 100]]));
    expect(heights.tops(rows)).toEqual([0, 20, 120, 150]);
  });

  it("belong to the rows, wherever these are", () => {
    const heights = new RowHeights();
    heights.measure(
      new Map([
        ["a", 20],
        ["b", 40],
        ["c", 60],
      ]),
    );
    expect(heights.tops(rows.toReversed())).toEqual([0, 60, 100, 120]);
  });

  it("change where one is measured anew", () => {
    const heights = new RowHeights();
    expect(heights.measure(new Map([["a", 20]]))).toBe(true);
    expect(heights.measure(new Map([["a", 20]]))).toBe(false);
    expect(heights.measure(new Map([["a", 21]]))).toBe(true);
  });
});

describe("the row at a distance", () => {
  it("is the one that covers it, and the nearest one beyond the ends", () => {
    const at = (distance: number) => rowAt([0, 20, 60, 90], distance);
    expect([-5, 0, 19, 20, 59, 60, 89, 90, 500].map(at)).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 2]);
  });
});
