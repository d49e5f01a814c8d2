/** The benchmark in its smallest form: it counts each delivery once, and detects wrong ones. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { SocketTarget } from "./load/connections.ts";
import { LoadProcess } from "./load/load-process.ts";
import type { LoadFigures } from "./load/room-load.ts";
import { durableObject, storingDurableObject } from "./systems/durable-object.ts";
import { lilypad, lilypadSocketIo } from "./systems/lilypad.ts";
import { socketIo, socketIoStoring } from "./systems/peers.ts";
import type { RunningServer } from "./systems/chat-server.ts";

const ROOMS = 2;
const PER_ROOM = 3;
const SMALL = { window: 8, senders: 2, bodyLength: 100, warmMs: 50 };

async function loaded(targets: readonly SocketTarget[], rooms: number, pid: number): Promise<LoadFigures> {
  const generator = new LoadProcess();
  try {
    await generator.run("open", { targets: [...targets], concurrency: 2 });
    // For as long as this machine needs to deliver more than is in flight at first.
    for (let measureMs = 200; ; measureMs *= 4) {
      const figures = await generator.run("load", { ...SMALL, rooms, pid, measureMs });
      if (figures.errors > 0 || (figures.messages > SMALL.window && figures.p99Ms > 0)) return figures;
    }
  } finally {
    await generator.stop();
  }
}

const plain = lilypad();

it.each([plain, lilypadSocketIo(plain), socketIo, socketIoStoring, durableObject, storingDurableObject])(
  "counts each message once at each socket of $name",
  async (server) => {
    const running: RunningServer = await server.start();
    try {
      const figures = await loaded(await running.targets(ROOMS, PER_ROOM), ROOMS, running.pid);
      expect(figures.errorDetails).toEqual([]);
      expect(figures.errors).toBe(0);
      expect(figures.messages).toBeGreaterThan(SMALL.window);
      expect(figures.deliveries).toBe(figures.messages * PER_ROOM);
      expect(figures.p99Ms).toBeGreaterThan(0);
    } finally {
      await running.stop();
    }
  },
);

it.each([
  ["twice", (send: () => void) => [send, send].forEach((one) => one())],
  [
    "with another body",
    (send: (change: (body: string) => string) => void) => send((body) => body.replace("lily", "rose")),
  ],
])("detects a message delivered %s", async (_how, pass) => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      const { body } = JSON.parse(String(data)) as { body: string };
      const sendAs = (change: (body: string) => string = (same) => same) => {
        const text = JSON.stringify({ type: "chat", message: { body: change(body) } });
        for (const member of server.clients) member.send(text);
      };
      pass(sendAs);
    });
    socket.send(JSON.stringify({ type: "welcome" }));
  });
  const { port } = server.address() as AddressInfo;
  const targets = Array.from({ length: PER_ROOM }, () => ({ port, path: "/", dialect: "plain" as const }));
  const figures = await loaded(targets, 1, process.pid);
  for (const client of server.clients) client.terminate();
  server.close();
  expect(figures.errors).toBeGreaterThan(0);
  expect(figures.errorDetails).not.toEqual([]);
});
