// Bun's publish, in native code: the upper limit. Runs in Bun.
import { announce, roomAndUser } from "./announce.mjs";

let seq = 0;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request, self) =>
    self.upgrade(request, { data: roomAndUser(request.url) })
      ? undefined
      : new Response("expected a WebSocket upgrade", { status: 426 }),
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      socket.subscribe(socket.data.room);
      socket.send(JSON.stringify({ type: "welcome" }));
    },
    message(socket, data) {
      const { id, body, ack } = JSON.parse(data);
      const { room, user: author } = socket.data;
      server.publish(
        room,
        JSON.stringify({ type: "chat", message: { seq: ++seq, id, author, body, at: Date.now() } }),
      );
      if (ack) socket.send(JSON.stringify({ type: "ack", id, seq }));
    },
  },
});
announce(server.port);
