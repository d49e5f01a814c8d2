import { describe, expect, it } from "vitest";
import { DeliveryTracker } from "./delivery-tracker.ts";

function trackerOf(layout: { sockets: number; rooms: number; senders: number }) {
  const done: number[] = [];
  return { tracker: new DeliveryTracker(layout, (n) => done.push(n)), done };
}

describe("one room of three sockets, two of which send", () => {
  const layout = { sockets: 3, rooms: 1, senders: 2 };

  it("reports a message as done when the last socket has it", () => {
    const { tracker, done } = trackerOf(layout);
    expect(tracker.send()).toEqual({ n: 0, sender: 0 });
    expect(tracker.send()).toEqual({ n: 1, sender: 1 });
    tracker.deliver(0, 0);
    tracker.deliver(1, 0);
    expect([done, tracker.outstanding]).toEqual([[], 2]);
    tracker.deliver(2, 0);
    expect([done, tracker.outstanding, tracker.deliveries]).toEqual([[0], 1, 3]);
  });

  it("accepts messages of two senders in any order", () => {
    const { tracker } = trackerOf(layout);
    tracker.send();
    tracker.send();
    for (const socket of [0, 1, 2]) {
      tracker.deliver(socket, 1);
      tracker.deliver(socket, 0);
    }
    expect([tracker.errors, tracker.deliveries, tracker.outstanding]).toEqual([0, 6, 0]);
  });

  it("counts a duplicate as an error, not as a delivery", () => {
    const { tracker } = trackerOf(layout);
    tracker.send();
    tracker.deliver(0, 0);
    tracker.deliver(0, 0);
    expect([tracker.errors, tracker.deliveries]).toEqual([1, 1]);
  });

  it("counts one sender's messages out of order as an error", () => {
    const { tracker } = trackerOf(layout);
    for (let i = 0; i < 3; i++) tracker.send();
    tracker.deliver(0, 2);
    tracker.deliver(0, 0);
    expect(tracker.errors).toBe(1);
  });

  it("counts missing deliveries as errors at the end", () => {
    const { tracker } = trackerOf(layout);
    tracker.send();
    tracker.deliver(0, 0);
    tracker.deliver(1, 0);
    expect(tracker.errors).toBe(0);
    tracker.close();
    expect(tracker.errors).toBe(1);
  });

  it("counts a message that was never sent as an error", () => {
    const { tracker } = trackerOf(layout);
    tracker.deliver(0, 0);
    expect([tracker.errors, tracker.deliveries]).toEqual([1, 0]);
  });
});

describe("several rooms", () => {
  const layout = { sockets: 6, rooms: 3, senders: 2 };

  it("lets the sockets send by turns, each in its own room", () => {
    const { tracker } = trackerOf(layout);
    const senders = Array.from({ length: 7 }, () => tracker.send().sender);
    expect(senders).toEqual([0, 1, 2, 3, 4, 5, 0]);
  });

  it("counts a message in the wrong room as an error", () => {
    const { tracker } = trackerOf(layout);
    tracker.send();
    tracker.deliver(1, 0);
    expect([tracker.errors, tracker.deliveries]).toEqual([1, 0]);
    tracker.deliver(0, 0);
    tracker.deliver(3, 0);
    expect([tracker.errors, tracker.outstanding]).toEqual([1, 0]);
  });
});
