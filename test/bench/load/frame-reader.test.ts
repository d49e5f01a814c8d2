import { expect, it } from "vitest";
import { FrameReader } from "./frame-reader.ts";

/** A frame as a server sends it: final and unmasked. */
function frame(text: string, opcode = 1): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The frames that a reader finds in these bytes, given in chunks of `piece` bytes. */
function framesIn(bytes: Buffer, piece: number): string[] {
  const texts: string[] = [];
  const reader = new FrameReader((opcode, buffer, start, end) =>
    texts.push(`${opcode}:${buffer.toString("utf8", start, end)}`),
  );
  // One buffer for every chunk, as for the reads of a socket.
  const shared = Buffer.alloc(piece);
  for (let at = 0; at < bytes.length; at += piece) {
    const length = bytes.copy(shared, 0, at, at + piece);
    reader.read(shared, length);
  }
  return texts;
}

const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];

it.each([1, 2, 3, 7, 1_000, 65_536, 10_000_000])(
  "reads frames of every size from chunks of %i bytes",
  (piece) => {
    const sizes = piece < 7 ? SIZES.filter((size) => size < 1_000) : SIZES;
    const texts = sizes.map((size, i) => String(i).repeat(size));
    const bytes = Buffer.concat(texts.map((text) => frame(text)));
    expect(framesIn(bytes, piece)).toEqual(texts.map((text) => `1:${text}`));
  },
);

it("distinguishes control frames from text", () => {
  expect(framesIn(Buffer.concat([frame("hm", 9), frame("text"), frame("", 8)]), 3)).toEqual([
    "9:hm",
    "1:text",
    "8:",
  ]);
});

it.each([
  ["a fragment", Buffer.from([0x01, 0x01, 0x61])],
  ["a compressed frame", Buffer.from([0xc1, 0x01, 0x61])],
  ["a masked frame", Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61])],
])("throws on %s, which it cannot read", (_what, bytes) => {
  expect(() => framesIn(bytes, 100)).toThrow(/not expected/);
});
