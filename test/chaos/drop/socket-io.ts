/**
 * Socket.IO in the trial: a room and broadcasts as its documentation first shows them, the client with its defaults
 * (it reconnects by itself and keeps what is said meanwhile), over WebSockets alone.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import type { Participant, System } from "./system.ts";

const ROOM = "room";

/** A server and its clients; with `recovery`, connection state recovery as its documentation sets it up. */
export async function startSocketIo({ recovery }: { recovery: boolean }): Promise<System> {
  const http = createServer();
  const server = new Server(http, {
    transports: ["websocket"],
    ...(recovery && { connectionStateRecovery: { maxDisconnectionDuration: 2 * 60 * 1000 } }),
  });
  server.on("connection", (socket) => {
    void socket.join(ROOM);
    socket.on("chat", (text: string) => server.to(ROOM).emit("chat", text));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    name: recovery ? "Socket.IO, state recovery" : "Socket.IO, default",
    port: (http.address() as AddressInfo).port,
    promises: false,
    join,
    stop: () => server.close(),
  };
}

async function join(_name: string, url: string): Promise<Participant> {
  const socket = io(url, { transports: ["websocket"], forceNew: true });
  const texts: string[] = [];
  socket.on("chat", (text: string) => texts.push(text));
  await new Promise<void>((connected) => socket.once("connect", connected));
  return {
    say: (text) => socket.emit("chat", text),
    get isConnected() {
      return socket.connected;
    },
    get atRest() {
      return socket.connected && socket.sendBuffer.length === 0;
    },
    sightings: () => [{ texts }],
    complaints: () => [],
    close: () => socket.close(),
  };
}
