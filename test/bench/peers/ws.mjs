// A minimal chat on Node: each message is serialized once and sent to every socket of its room.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { announce, roomAndUser } from "./announce.mjs";

const http = createServer();
const server = new WebSocketServer({ server: http });
const rooms = new Map();
let seq = 0;

server.on("connection", (socket, request) => {
  const { room, user: author } = roomAndUser(request.url);
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  socket.on("close", () => members.delete(socket));
  socket.on("message", (data) => {
    const { id, body, ack } = JSON.parse(String(data));
    const text = JSON.stringify({ type: "chat", message: { seq: ++seq, id, author, body, at: Date.now() } });
    for (const member of members) member.send(text);
    if (ack) socket.send(JSON.stringify({ type: "ack", id, seq }));
  });
  socket.send(JSON.stringify({ type: "welcome" }));
});
http.listen(0, "127.0.0.1", 16_384, () => announce(http.address().port));
