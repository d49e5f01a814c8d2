// Socket.IO 4 as in its documentation's chat, over WebSocket only: rooms, and a broadcast for each message. With
// `--store FILE`, each message is committed to SQLite on disk before it is broadcast.
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { Server } from "socket.io";
import { announce } from "./announce.mjs";

const { values } = parseArgs({ options: { store: { type: "string" } } });
const insert = values.store === undefined ? undefined : openStore(values.store);

function openStore(file) {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec(`CREATE TABLE messages (
    seq INTEGER PRIMARY KEY, room TEXT NOT NULL, id TEXT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
  )`);
  return database.prepare("INSERT INTO messages (room, id, author, body, at) VALUES (?, ?, ?, ?, ?)");
}

let stored = 0;
function store(room, { id, author, body, at }) {
  if (!insert) return ++stored;
  // A statement of its own is a transaction of its own.
  return Number(insert.run(room, id, author.id, body, at).lastInsertRowid);
}

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  const { room, user } = socket.handshake.query;
  const author = { id: user, name: user };
  void socket.join(room);
  socket.on("chat", ({ id, body }, acknowledge) => {
    const message = { id, author, body, at: Date.now() };
    const seq = store(room, message);
    io.to(room).emit("chat", { seq, ...message });
    acknowledge?.({ seq });
  });
  socket.emit("welcome");
});
http.listen(0, "127.0.0.1", 16_384, () => announce(http.address().port));
