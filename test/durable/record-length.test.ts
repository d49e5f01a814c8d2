/** The length of SQLite's records, by the tables of its file format. */
import { describe, expect, it } from "vitest";
import { fillerFor, recordLength } from "../../src/durable/record-length.ts";

describe("a record", () => {
  it.each<[(string | number | null)[], number]>([
    // The header's length, a type for each value, and the values.
    [[null], 2],
    [[0, 1], 3],
    [[2, 127, -128], 1 + 3 + 3],
    [[128, 32_767, 8_388_607], 1 + 3 + 2 + 2 + 3],
    [[8_388_608, 2 ** 31, 2 ** 47], 1 + 3 + 4 + 6 + 8],
    [["", "abc", "\u20ac"], 1 + 3 + 0 + 3 + 3],
    // From 58 bytes on, a text's type takes two bytes, and from 8,186 on three.
    [["a".repeat(57)], 2 + 57],
    [["a".repeat(58)], 3 + 58],
    [["a".repeat(8_185)], 3 + 8_185],
    [["a".repeat(8_186)], 4 + 8_186],
  ])("of %j has the length of the file format", (values, length) => {
    expect(recordLength(values)).toBe(length);
  });
});

describe("the filler", () => {
  const lengths = Array.from({ length: 20_000 }, (_, i) => i + 2);

  it("gives a row the length that was asked for", () => {
    const given = lengths.map((length) => recordLength([fillerFor(length, (text) => [text]) ?? null]));
    expect(given.filter((length, i) => length !== lengths[i] && length !== 2)).toEqual([]);
  });

  it("is none for a length that no text gives", () => {
    const missing = lengths.filter((length) => fillerFor(length, (text) => [text]) === undefined);
    expect(missing).toEqual([60, 8_189]);
    expect(fillerFor(1, (text) => [text])).toBeUndefined();
  });
});
