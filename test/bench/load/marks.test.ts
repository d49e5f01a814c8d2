import { expect, it } from "vitest";
import { Marks } from "./marks.ts";

const LENGTH = 100;

function event(body: string, seq: number): string {
  return JSON.stringify({ type: "chat", rev: seq, message: { seq, body, at: 1 } });
}

/** What is found between two other frames, which a shared buffer still holds. */
function found(marks: Marks, text: string, around = ""): number[] {
  const before = Buffer.from(around);
  const bytes = Buffer.concat([before, Buffer.from(text), before]);
  const numbers: number[] = [];
  const count = marks.scan(bytes, before.length, bytes.length - before.length, (n) => numbers.push(n));
  expect(count).toBe(numbers.length);
  return numbers;
}

it("makes bodies of the length asked for, each with its number", () => {
  const marks = new Marks("ab12", LENGTH);
  expect(marks.body(7)).toHaveLength(LENGTH);
  expect(found(marks, marks.body(7))).toEqual([7]);
  expect(found(marks, marks.body(99_999_999))).toEqual([99_999_999]);
});

it("finds every message of a frame, also where frames change their shape", () => {
  const marks = new Marks("ab12", LENGTH);
  // Lengths change with the digits of `seq`; and so does the place of the first one.
  for (const [from, count] of [
    [1, 1],
    [8, 4],
    [97, 6],
    [998, 3],
    [5, 1],
  ] as const) {
    const numbers = Array.from({ length: count }, (_event, i) => from + i);
    const text = `[${numbers.map((n) => event(marks.body(n), n)).join(",")}]`;
    expect(found(marks, text)).toEqual(numbers);
  }
});

it("counts nothing that stands outside of the frame, or belongs to another run", () => {
  const marks = new Marks("ab12", LENGTH);
  const other = new Marks("cd34", LENGTH);
  expect(found(marks, event("nothing", 1), marks.body(3))).toEqual([]);
  expect(found(marks, event(marks.body(4), 1), marks.body(3))).toEqual([4]);
  expect(found(marks, event(other.body(5), 1))).toEqual([]);
  expect(found(marks, marks.body(6).slice(0, 10), marks.body(3))).toEqual([]);
});
