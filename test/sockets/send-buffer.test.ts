/** Frames to one socket that are sent together are merged in order, into frames within the contract's limit. */
import { expect, it } from "vitest";
import { jsonCodec } from "../../src/sockets/codec.ts";
import { SendBuffer } from "../../src/sockets/send-buffer.ts";
import { SERVER_FRAME_BYTES } from "../../src/protocol/limits.ts";
import { TestSocket } from "../support/socket.ts";

type Numbered = { type: "n"; no: number; text: string };

function socketPair() {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  return { server, client: new TestSocket<Numbered>(client, null) };
}

const frame = (no: number, text = "") => JSON.stringify([{ type: "n", no, text }]);
const received = (client: TestSocket<Numbered>, no: number) => client.next("n", (event) => event.no === no);

it("sends a lone frame at once", async () => {
  const { server, client } = socketPair();
  const buffer = new SendBuffer(jsonCodec);
  for (const no of [1, 2]) buffer.send(server, frame(no));
  await received(client, 2);
  expect(client.frames).toHaveLength(2);
});

it("merges the frames of one stretch of work in order, nested ones too", async () => {
  const { server, client } = socketPair();
  const other = socketPair();
  const buffer = new SendBuffer(jsonCodec);
  buffer.coalesce(() => {
    buffer.send(server, frame(1));
    buffer.coalesce(() => buffer.send(server, frame(2)));
    buffer.send(other.server, frame(7));
    buffer.send(server, frame(3));
  });
  await received(client, 3);
  await received(other.client, 7);
  expect(client.frames).toHaveLength(1);
  expect(client.events.map(({ no }) => no)).toEqual([1, 2, 3]);
  expect(other.client.frames).toHaveLength(1);
});

it("sends the frames before an error, too", async () => {
  const { server, client } = socketPair();
  const buffer = new SendBuffer(jsonCodec);
  const work = () => {
    buffer.send(server, frame(1));
    throw new Error("half way");
  };
  expect(() => buffer.coalesce(work)).toThrow("half way");
  await received(client, 1);
});

it("still sends to the other sockets when one is closed", async () => {
  const [gone, here] = [socketPair(), socketPair()];
  const buffer = new SendBuffer(jsonCodec);
  buffer.coalesce(() => {
    for (const { server } of [gone, here]) buffer.send(server, frame(1));
    gone.server.close(1000, "gone");
  });
  await received(here.client, 1);
  expect(gone.client.events).toEqual([]);
});

it("sends no frame over the contract's limit", async () => {
  const { server, client } = socketPair();
  const buffer = new SendBuffer(jsonCodec);
  const text = "蓮".repeat(10_000);
  buffer.coalesce(() => {
    for (let no = 1; no <= 40; no++) buffer.send(server, frame(no, text));
  });
  await received(client, 40);
  expect(client.events.map(({ no }) => no)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  const sizes = client.frames.map((sent) => new TextEncoder().encode(sent).length);
  expect(sizes.length).toBeLessThanOrEqual(3);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(SERVER_FRAME_BYTES);
});
