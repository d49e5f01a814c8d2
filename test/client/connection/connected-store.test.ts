/** What a room and presence have in common: snapshots and events. Shown on presence, and on a room where a frame is long. */
import { describe, expect, it, vi } from "vitest";
import type { PresenceState } from "../../../src/client/client.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startPresence, startRoom } from "../support/fake-server.ts";
import { chat, history, presenceWelcome, seqsOf, welcome } from "../support/samples.ts";

useFakeClock();

async function startWelcomedRoom() {
  const started = await startRoom();
  started.newest().deliver(welcome(0), history([]));
  await pass();
  return started;
}

describe("a snapshot", () => {
  it("is delivered on subscribing and at each change, by functions that need no `this`", async () => {
    const { presence, newest } = await startPresence();
    const { subscribe, getSnapshot } = presence;
    const seen: string[] = [];
    const unsubscribe = subscribe(({ connection }) => seen.push(connection));
    newest().deliver(presenceWelcome());
    unsubscribe();
    presence.close();
    expect([seen[0], seen.at(-1)]).toEqual(["connecting", "open"]);
    expect(getSnapshot()).toBe(presence.getSnapshot());
  });

  it("is the same object until something changes", async () => {
    const { presence } = await startPresence();
    const before = presence.getSnapshot();
    presence.seen("unknown thread", 3);
    expect(presence.getSnapshot()).toBe(before);
  });

  it("is delivered twice to a function that subscribes twice, and once after one of the two has ended", async () => {
    const { presence, newest } = await startPresence();
    const listener = vi.fn<(state: PresenceState) => void>();
    const unsubscribe = presence.subscribe(listener);
    presence.subscribe(listener);
    expect(listener).toHaveBeenCalledTimes(2);
    unsubscribe();
    newest().deliver(presenceWelcome());
    const states = listener.mock.calls.slice(2).map(([state]) => state);
    expect(states).toEqual([...new Set(states)]);
    expect(states.at(-1)).toBe(presence.getSnapshot());
  });
});

describe("an event", () => {
  it("is delivered once, when the snapshot contains it, also where a replay repeats it", async () => {
    const { room, newest, loseAndReturn } = await startWelcomedRoom();
    const heard: [number, number][] = [];
    room.on("chat", ({ message: { seq } }) => heard.push([seq, room.getSnapshot().messages.length]));
    newest().deliver(chat(1, 1));
    await loseAndReturn();
    newest().deliver(welcome(0, { cursor: "e1:1", resumed: true }), chat(1, 1), chat(2, 2));
    expect(heard).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("is delivered to listeners of its type, until they stop", async () => {
    const { room, newest } = await startWelcomedRoom();
    const heard: string[] = [];
    const stop = room.on("typing", ({ type }) => heard.push(type));
    newest().deliver(chat(1, 1), { type: "typing", userId: "ben" });
    stop();
    newest().deliver({ type: "typing", userId: "ben" });
    expect(heard).toEqual(["typing"]);
  });

  it("is applied also where a listener throws, whose error is reported as uncaught", async () => {
    const { room, newest } = await startWelcomedRoom();
    const uncaught: unknown[] = [];
    vi.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => {
      try {
        task();
      } catch (error) {
        uncaught.push(error);
      }
    });
    room.on("chat", () => {
      throw new Error("of the page");
    });
    newest().deliver(chat(1, 1), chat(2, 2));
    expect([seqsOf(room.getSnapshot()), uncaught.length]).toEqual([[1, 2], 2]);
  });

  it("is delivered once to a listener that stops and starts again each time", async () => {
    const { presence, newest } = await startPresence();
    let calls = 0;
    const listenOnce = () => {
      const stop = presence.on("welcome", () => {
        stop();
        calls += 1;
        // Without this, a failure would be an endless loop.
        if (calls < 10) listenOnce();
      });
    };
    listenOnce();
    newest().deliver(presenceWelcome());
    expect(calls).toBe(1);
    newest().deliver(presenceWelcome());
    expect(calls).toBe(2);
  });

  it("is not delivered to a listener that another one has stopped", async () => {
    const { presence, newest } = await startPresence();
    const second = vi.fn<() => void>();
    presence.on("welcome", () => stop());
    const stop = presence.on("welcome", second);
    newest().deliver(presenceWelcome());
    expect(second).not.toHaveBeenCalled();
  });
});

describe("a store that a listener closes leaves no timer and no socket", () => {
  it("on hearing that it reconnects", async () => {
    const { room, newest, sockets } = await startWelcomedRoom();
    room.subscribe(({ connection }) => {
      if (connection === "connecting") room.close();
    });
    newest().drop(1006);
    await pass(120_000);
    expect(sockets.filter(({ isOpen }) => isOpen)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("in the middle of a frame that ends with `closing`", async () => {
    const { room, newest, sockets } = await startWelcomedRoom();
    room.on("chat", () => room.close());
    newest().deliver(chat(1, 1), { type: "closing", code: 4108, reason: "slow" });
    await pass(120_000);
    expect(sockets).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
