import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChangeCommand } from "../../src/protocol/commands.ts";
import type { ThreadEvent } from "../../src/protocol/events.ts";
import { Outgoings } from "../../src/client/outgoings.ts";
import { ADA, BEN, chat, NOW, roomAfter, welcome } from "./samples.ts";

const room = roomAfter(welcome(7));
const say = (id: string): ChangeCommand => ({ type: "chat", id, body: id });

/** An outbox with a wire that can be cut. */
function outbox() {
  const sent: ChangeCommand[] = [];
  const wire = { open: true };
  const outgoings = new Outgoings({
    send: (command) => {
      if (wire.open) sent.push(command);
      return wire.open;
    },
    rev: () => 7,
    onChange: () => {},
  });
  const hear = (event: ThreadEvent) => outgoings.receive(event, room, room);
  const states = () => outgoings.shown.map(({ id, state }) => `${id} ${state}`);
  return { outgoings, sent, wire, hear, states };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a message that is sent", () => {
  it("is pending until it is acknowledged", async () => {
    const { outgoings, hear, states } = outbox();
    const stored = outgoings.add(say("a"));
    expect(states()).toEqual(["a pending"]);
    hear({ type: "ack", id: "a", seq: 1, rev: 8, at: NOW });
    await stored;
    expect(states()).toEqual([]);
  });

  it("is also stored once it comes back, but not when another's has the same id", () => {
    const { outgoings, hear, states } = outbox();
    void outgoings.add(say("a"));
    hear(chat(8, 8, { id: "a", author: BEN }));
    expect(states()).toEqual(["a pending"]);
    hear(chat(9, 9, { id: "a", author: ADA }));
    expect(states()).toEqual([]);
  });

  it("waits while there is no connection, and goes in order, with its first since", async () => {
    const { outgoings, sent, wire, hear } = outbox();
    void outgoings.add(say("a"));
    wire.open = false;
    outgoings.disconnected();
    void outgoings.add(say("b"));
    wire.open = true;
    hear(welcome(7, { resumed: true }));
    await vi.runAllTimersAsync();
    expect(sent.map(({ id }) => id)).toEqual(["a", "a", "b"]);
    expect(sent.every((command) => command.type === "chat" && command.since === 7)).toBe(true);
  });

  it("keeps at most ten on their way", () => {
    const { outgoings, sent, hear } = outbox();
    for (let n = 0; n < 25; n++) void outgoings.add(say(`m${n}`));
    expect(sent).toHaveLength(10);
    hear({ type: "ack", id: "m0", seq: 1, rev: 8, at: NOW });
    expect(sent).toHaveLength(11);
  });
});

describe("a message that is refused", () => {
  it("fails with the reason, and can be retried under the same id", async () => {
    const { outgoings, sent, hear, states } = outbox();
    const refused = outgoings.add(say("a")).catch((error: Error) => error.message);
    hear({ type: "error", code: "internal", message: "Broken.", id: "a" });
    expect(await refused).toBe("Broken.");
    expect(outgoings.shown[0]).toMatchObject({ state: "failed", reason: "Broken." });
    outgoings.retry("a");
    expect(states()).toEqual(["a pending"]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it("can be discarded", () => {
    const { outgoings, hear, states } = outbox();
    outgoings.add(say("a")).catch(() => {});
    hear({ type: "error", code: "forbidden", message: "No.", id: "a" });
    outgoings.discard("a");
    expect(states()).toEqual([]);
  });

  it("goes on by itself after a rate limit, not sooner than asked", async () => {
    const { outgoings, sent, hear, states } = outbox();
    void outgoings.add(say("a"));
    hear({ type: "error", code: "rate_limited", message: "Slowly.", id: "a", retryAfterMs: 3_000 });
    void outgoings.add(say("b"));
    await vi.advanceTimersByTimeAsync(2_999);
    expect(sent).toHaveLength(1);
    expect(states()).toEqual(["a pending", "b pending"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.map(({ id }) => id)).toEqual(["a", "a", "b"]);
  });

  it("is not shown where it is no message, but rejects", async () => {
    const { outgoings, hear, states } = outbox();
    const refused = outgoings.add({ type: "delete", id: "d", seq: 1 }).catch((error: Error) => error.message);
    hear({ type: "error", code: "forbidden", message: "Not yours.", id: "d" });
    expect(await refused).toBe("Not yours.");
    expect(states()).toEqual([]);
  });
});
