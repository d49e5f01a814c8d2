/**
 * Socket.IO in the drop program: a room and broadcasts as in its documentation's first example, the client with its
 * defaults (it reconnects and buffers what is sent meanwhile), over WebSockets only.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import type { ChatSystem, Participant } from "./chat-system.ts";

const ROOM = "room";

/** Starts a server; with `recovery`, with connection state recovery as in its documentation. It stores nothing. */
export async function startSocketIo({ recovery }: { recovery: boolean }): Promise<ChatSystem> {
  let server = await listen(recovery, 0);
  const { port } = server.httpServer.address() as AddressInfo;
  return {
    name: recovery ? "Socket.IO, state recovery" : "Socket.IO, default",
    port,
    guaranteesDelivery: false,
    join,
    crash: async () => {
      await server.close();
      server = await listen(recovery, port);
    },
    stop: () => server.close(),
  };
}

async function listen(recovery: boolean, port: number): Promise<Server> {
  const http = createServer();
  const server = new Server(http, {
    transports: ["websocket"],
    ...(recovery && { connectionStateRecovery: { maxDisconnectionDuration: 2 * 60 * 1000 } }),
  });
  server.on("connection", (socket) => {
    void socket.join(ROOM);
    socket.on("chat", (text: string) => server.to(ROOM).emit("chat", text));
  });
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  return server;
}

async function join(_name: string, url: string): Promise<Participant> {
  const socket = io(url, { transports: ["websocket"], forceNew: true });
  const texts: string[] = [];
  socket.on("chat", (text: string) => texts.push(text));
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return {
    send: (text) => socket.emit("chat", text),
    get isConnected() {
      return socket.connected;
    },
    get isIdle() {
      return socket.connected && socket.sendBuffer.length === 0;
    },
    received: () => [{ texts }],
    violations: () => [],
    close: () => socket.close(),
  };
}
