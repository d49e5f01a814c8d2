/**
 * Splits a server's bytes into WebSocket frames (RFC 6455, section 5.2) without copying frames that arrived whole. With a
 * general-purpose library the load generator would be the bottleneck.
 */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Called for each frame. Its payload is in `bytes` from `start` to `end`, and valid during the call only. */
export type FrameListener = (opcode: number, bytes: Buffer, start: number, end: number) => void;

const EMPTY = Buffer.alloc(0);
const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;

export class FrameReader {
  readonly #listener: FrameListener;
  /** The beginning of a frame that has not arrived in full. */
  #rest: Buffer = EMPTY;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** Reads the next `length` bytes; `chunk` may be reused afterwards. Throws on frames that no server of the benchmark sends. */
  read(chunk: Buffer, length: number): void {
    let bytes = chunk;
    let end = length;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, length)]);
      end = bytes.length;
      this.#rest = EMPTY;
    }
    let at = 0;
    while (end - at >= 2) {
      const first = bytes[at] ?? 0;
      const second = bytes[at + 1] ?? 0;
      if (!(first & FIN) || (first & RESERVED) !== 0 || second & MASKED) {
        throw new Error("fragmented, compressed or masked frames are not expected of these servers");
      }
      let start = at + 2;
      let size: number = second;
      if (second === 126) {
        if (end - at < 4) break;
        size = bytes.readUInt16BE(start);
        start += 2;
      } else if (second === 127) {
        if (end - at < 10) break;
        size = Number(bytes.readBigUInt64BE(start));
        start += 8;
      }
      if (end - start < size) break;
      at = start + size;
      this.#listener(first & 0x0f, bytes, start, at);
    }
    if (at < end) this.#rest = Buffer.from(bytes.subarray(at, end));
  }
}
