/** A WebSocket client on a bare TCP socket. All sockets read into one shared buffer. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { FrameReader, OPCODE, type FrameListener } from "./frame-reader.ts";

/** Each read is handled before the next one begins, so one buffer is enough for all sockets. */
const SHARED = Buffer.allocUnsafe(256 * 1024);
const HEAD_END = "\r\n\r\n";

/** Where a socket connects, and with which headers. */
export interface Address {
  port: number;
  path: string;
  headers?: Record<string, string>;
}

export class RawSocket {
  readonly #tcp: Socket;
  readonly #mask = randomBytes(4);
  readonly #frames: FrameReader;
  readonly #onLost: (reason: string) => void;
  /** The part of the upgrade's response received so far; undefined once it is complete. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #isStopped = false;

  /** Connects. `onFrame` gets each text frame; `onLost` is called once if the connection ends before `close`. */
  constructor(address: Address, onFrame: FrameListener, onLost: (reason: string) => void) {
    this.#onLost = onLost;
    this.#frames = new FrameReader((opcode, bytes, start, end) => {
      if (opcode === OPCODE.text) onFrame(opcode, bytes, start, end);
      else this.#control(opcode, bytes.subarray(start, end));
    });
    this.#tcp = connect({
      host: "127.0.0.1",
      port: address.port,
      noDelay: true,
      onread: {
        buffer: SHARED,
        callback: (length) => {
          this.#read(SHARED, length);
          return true;
        },
      },
    });
    this.#tcp.on("error", (error) => this.#end(error.message));
    this.#tcp.on("close", () => this.#end("the server closed the connection"));
    this.#tcp.write(upgradeOf(address));
  }

  /** Sends a text frame. */
  send(text: string): void {
    this.#write(OPCODE.text, Buffer.from(text));
  }

  /** Drops the connection without a closing handshake. */
  close(): void {
    this.#isStopped = true;
    this.#tcp.destroy();
  }

  #read(bytes: Buffer, length: number): void {
    if (this.#isStopped) return;
    try {
      if (this.#head) this.#readHead(bytes.subarray(0, length));
      else this.#frames.read(bytes, length);
    } catch (error) {
      this.#end(String(error));
      this.#tcp.destroy();
    }
  }

  #readHead(bytes: Buffer): void {
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), bytes]);
    const end = head.indexOf(HEAD_END);
    this.#head = head;
    if (end < 0) return;
    const status = head.toString("latin1", 0, head.indexOf("\r\n"));
    if (!status.startsWith("HTTP/1.1 101")) throw new Error(`the upgrade was answered "${status}"`);
    this.#head = undefined;
    const rest = head.subarray(end + HEAD_END.length);
    this.#frames.read(rest, rest.length);
  }

  #control(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.#write(OPCODE.pong, payload);
    if (opcode !== OPCODE.close) return;
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    this.#end(`the server closed with ${code} ${payload.toString("utf8", 2)}`);
    this.#tcp.destroy();
  }

  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    const frame = Buffer.allocUnsafe(2 + extended + 4 + length);
    frame[0] = 0x80 | opcode;
    frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
    if (extended === 2) frame.writeUInt16BE(length, 2);
    if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    const start = 2 + extended + 4;
    this.#mask.copy(frame, start - 4);
    for (let i = 0; i < length; i++) frame[start + i] = (payload[i] ?? 0) ^ (this.#mask[i & 3] ?? 0);
    this.#tcp.write(frame);
  }

  #end(reason: string): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#onLost(reason);
  }
}

function upgradeOf({ port, path, headers = {} }: Address): string {
  const lines = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const rows = Object.entries(lines).map(([name, value]) => `${name}: ${value}`);
  return `GET ${path} HTTP/1.1\r\n${rows.join("\r\n")}${HEAD_END}`;
}
