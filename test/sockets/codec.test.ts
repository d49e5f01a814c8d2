/** Decoding and encoding frames, and a transport with a codec of its own. */
import { expect, it } from "vitest";
import { SERVER_FRAME_BYTES } from "../../src/protocol/limits.ts";
import { FrameError, fitting, jsonCodec, type Codec } from "../../src/sockets/codec.ts";
import { Connections } from "../../src/sockets/connections.ts";
import { Replies } from "../../src/sockets/replies.ts";

it("decodes a command, or an array of them", () => {
  expect(jsonCodec.decode('{"type":"typing"}')).toEqual([{ type: "typing" }]);
  expect(jsonCodec.decode('[{"type":"typing"},3]')).toEqual([{ type: "typing" }, 3]);
});

it.each([
  ["binary", new ArrayBuffer(2), 4000],
  ["not JSON", "{", 4000],
  ["over 64 KiB, counted in bytes", `"${"蓮".repeat(22_000)}"`, 4009],
])("closes the socket for a frame that is %s", (_what, frame, closeCode) => {
  const decode = () => jsonCodec.decode(frame);
  expect(decode).toThrow(FrameError);
  expect(decode).toThrow(expect.objectContaining({ closeCode }));
});

it("refuses more than 100 commands in a frame", () => {
  const decode = () => jsonCodec.decode(JSON.stringify(Array.from({ length: 101 }, () => 0)));
  expect(decode).toThrow(expect.objectContaining({ code: "too_large" }));
});

it("encodes events in order into frames within the limit, which merge into one that holds them all", () => {
  const events = Array.from({ length: 9 }, (_, n) => ({ n, text: "蓮".repeat(30_000) }));
  const frames = jsonCodec.encode(events);
  expect(frames.length).toBeGreaterThan(1);
  for (const frame of frames)
    expect(new TextEncoder().encode(frame).length).toBeLessThanOrEqual(SERVER_FRAME_BYTES);
  expect(frames.flatMap((frame) => JSON.parse(frame) as object[])).toEqual(events);
  expect(JSON.parse(jsonCodec.merge(frames))).toEqual(events);
});

it("fits as many items into a frame as its limit allows", () => {
  expect(fitting(['"蓮"', '"蓮"', '"蓮"'], 14)).toEqual(['"蓮"', '"蓮"']);
  expect(fitting(['"a"'], 100)).toEqual(['"a"']);
});

it("sends replies and broadcasts as the codec of the transport encodes them", async () => {
  /** One line for each event: its type, and its JSON. */
  const lines: Codec = {
    decode: (frame) =>
      String(frame)
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    encode: (events) => events.map((event) => `${(event as { type: string }).type} ${JSON.stringify(event)}`),
    merge: (frames) => frames.join("\n"),
  };
  const ctx = {
    getWebSockets: () => [],
    setWebSocketAutoResponse: () => {},
    acceptWebSocket: (socket: WebSocket) => socket.accept(),
  } as unknown as DurableObjectState;
  const connections = new Connections(ctx, lines);
  const caller = { user: { id: "ada", name: "Ada" }, expiresAt: Date.now() + 60_000 };
  const { socket, response } = connections.accept(new Request("https://x/"), caller, Date.now());
  const client = response.webSocket;
  if (!client) throw new Error("no socket");
  const received = new Promise((resolve) => client.addEventListener("message", ({ data }) => resolve(data)));
  client.accept();

  expect(connections.decode('{"type":"a"}\n{"type":"b"}')).toEqual([{ type: "a" }, { type: "b" }]);
  connections.coalesce(() => {
    new Replies(connections, () => {}).reply(socket, "1", { ok: true, value: { rev: 7, at: 9 } });
    for (const frame of connections.encode([{ type: "typing", userId: "bob" }]))
      connections.sendFrame(socket, frame);
  });
  expect(await received).toBe(
    'ack {"type":"ack","id":"1","rev":7,"at":9}\ntyping {"type":"typing","userId":"bob"}',
  );
});
