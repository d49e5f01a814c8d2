import { expect, it } from "vitest";
import { MessageMarks } from "./message-marks.ts";

const LENGTH = 100;

function event(body: string, seq: number): string {
  return JSON.stringify({ type: "chat", rev: seq, message: { seq, body, at: 1 } });
}

/** The messages found in `text`, with other frames around it in the buffer. */
function found(marks: MessageMarks, text: string, around = ""): number[] {
  const before = Buffer.from(around);
  const bytes = Buffer.concat([before, Buffer.from(text), before]);
  const numbers: number[] = [];
  const count = marks.scan(bytes, before.length, bytes.length - before.length, (n) => numbers.push(n));
  expect(count).toBe(numbers.length);
  return numbers;
}

it("makes bodies of the requested length, each with its number", () => {
  const marks = new MessageMarks("ab12", LENGTH);
  expect(marks.body(7)).toHaveLength(LENGTH);
  expect(found(marks, marks.body(7))).toEqual([7]);
  expect(found(marks, marks.body(99_999_999))).toEqual([99_999_999]);
});

it("finds every message of a frame, also when the layout of frames changes", () => {
  const marks = new MessageMarks("ab12", LENGTH);
  // The lengths of events change with the digits of `seq`.
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

it("ignores what is outside of the frame or belongs to another run", () => {
  const marks = new MessageMarks("ab12", LENGTH);
  const other = new MessageMarks("cd34", LENGTH);
  expect(found(marks, event("nothing", 1), marks.body(3))).toEqual([]);
  expect(found(marks, event(marks.body(4), 1), marks.body(3))).toEqual([4]);
  expect(found(marks, event(other.body(5), 1))).toEqual([]);
  expect(found(marks, marks.body(6).slice(0, 10), marks.body(3))).toEqual([]);
});
