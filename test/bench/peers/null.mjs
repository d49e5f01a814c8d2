// Pushes messages of Lilypad's format to every socket, as fast as it reads them: the load generator's figures with this
// server are its own limit.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { announce } from "./announce.mjs";

const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const FULL = 64 * 1024;
const sockets = new Set();
let pushes = 0;

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
  socket.once("data", (head) => {
    const key = /^sec-websocket-key: (.*)\r$/im.exec(head.toString("latin1"))?.[1];
    const accept = createHash("sha1")
      .update(key + WEBSOCKET_GUID)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(frame(JSON.stringify({ type: "welcome" })));
    sockets.add(socket);
    // Thousands of sockets cannot connect during a push: it ends here, and the next command starts another.
    pushes++;
    socket.on("data", (command) => push(JSON.parse(unmasked(command))));
  });
});
server.listen(0, "127.0.0.1", 16_384, () => announce(server.address().port));

/** Pushes messages numbered from 0 on to every socket, until the next push. */
function push({ body, perFrame, perWrite }) {
  const current = ++pushes;
  let n = 0;
  const pushMore = () => {
    if (current !== pushes) return;
    const frames = Array.from({ length: perWrite }, () => {
      const events = Array.from({ length: perFrame }, () => event(n++, body));
      return frame(`[${events.join(",")}]`);
    });
    const bytes = Buffer.concat(frames);
    let full = 0;
    const drained = () => {
      full--;
      if (full === 0) setImmediate(pushMore);
    };
    for (const socket of sockets) {
      socket.write(bytes);
      if (socket.writableLength < FULL) continue;
      full++;
      socket.once("drain", drained);
    }
    if (full === 0) setImmediate(pushMore);
  };
  pushMore();
}

function event(n, body) {
  const author = { id: "guest-0123456789abcdef", name: "u1" };
  const numbered = body.replace("00000000", String(n).padStart(8, "0"));
  const message = { seq: n, rev: n, id: `null.${n}`, author, body: numbered, at: 1_700_000_000_000 };
  return JSON.stringify({ type: "chat", rev: n, message });
}

function frame(text) {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x81;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** A client's text frame of up to 64 KiB. */
function unmasked(bytes) {
  const start = (bytes[1] & 0x7f) === 126 ? 4 : 2;
  const mask = bytes.subarray(start, start + 4);
  return Buffer.from(bytes.subarray(start + 4).map((byte, i) => byte ^ mask[i & 3])).toString();
}
