/** Packets that do nothing, and are no events, whose rate is limited otherwise. */
import { expect, it } from "vitest";
import { person } from "../../support/host-users.ts";
import { PollingSession, SocketIoTestSocket } from "../../support/socketio.ts";
import { isKnown } from "./room-of-two.ts";

const MANY = 30;
const many = (packet: string) => Array.from({ length: MANY }, () => packet);

it.each([
  ["acknowledgements that nobody asked for", "430[]"],
  ["pongs", "3"],
  ["noops", "6"],
])("a session is ended by %s", async (_name, packet) => {
  const session = await PollingSession.connect(await person("Ada"));
  await session.post(many(packet).slice(0, 10).join("\u001e"));
  await session.post('427["dance"]');
  await session.until((packets) => packets.includes("437["));
  await session.post(many(packet).join("\u001e"));
  await session.poll();
  expect(await isKnown(session.sid)).toBe(false);
});

it.each([
  ["bad tokens, one after another", '40{"token":"none"}'],
  ["namespaces that there are not", "40/made-up,"],
])("a session is ended by %s", async (_name, packet) => {
  const socket = await SocketIoTestSocket.open();
  const refused = async () => {
    for (let i = 0; i < MANY; i++) {
      socket.send(packet);
      await socket.next((frame) => frame.startsWith("44"));
    }
    return "never";
  };
  expect(await Promise.race([refused(), socket.closed.then(() => "ended")])).toBe("ended");
});

it("an upgrade is given up by probe after probe, and its session goes on", async () => {
  const session = await PollingSession.connect(await person("Ada"));
  const probe = await session.probe();
  const closed = new Promise((resolve) => probe.addEventListener("close", resolve));
  for (const packet of many("2probe")) probe.send(packet);
  await closed;
  await session.post('427["dance"]');
  await session.until((packets) => packets.includes("437["));
  expect(session.received.join("\u001e")).toContain('"code":"bad_request"');
});
