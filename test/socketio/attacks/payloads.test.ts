/** Payloads of every size around the limit, and of extreme content: they are refused, and nobody else notices. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { person } from "../../support/host-users.ts";
import { engineFetch, PollingSession, SocketIoTestSocket } from "../../support/socketio.ts";
import { isSound, roomOfTwo } from "./room-of-two.ts";

const LIMIT = 65_536;

beforeEach(() => {
  // Every session is in one shard, so that whoever is attacked is near.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a payload", () => {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  /** An event that nobody knows, of so many bytes. */
  const packet = (size: number, filling: string) => {
    const [start, end] = ['420["dance",{"x":"', '"}]'];
    const room = size - bytes(start + end);
    const body = filling.repeat(Math.floor(room / bytes(filling)));
    return start + body + "a".repeat(room - bytes(body)) + end;
  };

  it.each(["a", "é", "🐸", "\\n"])(
    "of %j is taken up to 65,536 bytes, over either transport",
    async (filling) => {
      const there = await roomOfTwo();
      const [exact, over] = [packet(LIMIT, filling), packet(LIMIT + 1, filling)];
      expect([bytes(exact), bytes(over)]).toEqual([LIMIT, LIMIT + 1]);

      const socket = await SocketIoTestSocket.connect(there.ada);
      socket.send(exact);
      expect(await socket.next((frame) => frame.startsWith("430"))).toContain("bad_request");
      socket.send(over);
      await socket.closed;

      const polling = await PollingSession.connect(there.ada);
      expect((await polling.post(exact)).status).toBe(200);
      await polling.until((packets) => packets.includes('430[{"ok":false'));
      expect((await polling.post(over)).status).toBe(413);
      // A refused request is not a packet: the session goes on.
      expect((await polling.post('421["dance"]')).status).toBe(200);
      await polling.until((packets) => packets.includes("431["));
      await isSound(there);
    },
  );

  it("of several packets is bounded as a whole, and they are taken in order", async () => {
    const polling = await PollingSession.connect(await person("Ada"));
    // None of them bad: ten of those would end the session.
    const packets = Array.from({ length: 500 }, (_, i) => `42${i}["leave",{"room":"${"0".repeat(64)}"}]`);
    expect((await polling.post(packets.join("\u001e"))).status).toBe(200);
    await polling.until((received) => received.includes("43499["));
    const order = [...polling.received.join("").matchAll(/43(\d+)\[/g)].map(([, id]) => Number(id));
    expect(order).toEqual(packets.map((_, i) => i));
    expect((await polling.post("6".repeat(LIMIT / 2) + "\u001e6".repeat(LIMIT / 2))).status).toBe(413);
  });

  it("that is sent in chunks, without its length, is bounded too", async () => {
    const polling = await PollingSession.connect(await person("Ada"));
    const chunk = new Uint8Array(16 * 1024).fill(54);
    let chunks = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => void controller.enqueue(++chunks > 64 ? new Uint8Array(1) : chunk),
    });
    const response = await engineFetch(`transport=polling&sid=${polling.sid}`, {
      method: "POST",
      body: endless,
    });
    expect(response.status).toBe(413);
    expect(chunks).toBeLessThan(64);
  });

  it.each([
    ["nesting", `4299["chat",${"[".repeat(30_000)}${"]".repeat(30_000)}]`],
    ["keys", `4299["chat",{${Array.from({ length: 6_000 }, (_, i) => `"k${i}":1`).join()}}]`],
    ["prototypes", '4299["chat",{"__proto__":{"room":"x"},"constructor":{"prototype":{"body":"x"}}}]'],
    ["inherited names", '4299["constructor",{}]'],
    ["numbers", '4299["chat",{"room":1e999,"body":"x","replyTo":-0}]'],
    ["a key of a thread", `4299["chat",{"room":"key:${"%".repeat(500)}","body":"x"}]`],
  ])("of extreme %s is refused by its acknowledgement", async (_what, frame) => {
    const there = await roomOfTwo();
    there.a.send(frame);
    expect(await there.a.next((one) => one.startsWith("4399["))).toMatch(/"code":"(bad_request|not_found)"/);
    await isSound(there);
  });
});
