import { describe, expect, it } from "vitest";
import { Tally } from "./tally.ts";

function tallyOf(seating: { sockets: number; rooms: number; senders: number }) {
  const done: number[] = [];
  return { tally: new Tally(seating, (n) => done.push(n)), done };
}

describe("in one room of three sockets, two of which talk", () => {
  const seating = { sockets: 3, rooms: 1, senders: 2 };

  it("is done with a message when the last socket has it", () => {
    const { tally, done } = tallyOf(seating);
    expect(tally.send()).toEqual({ n: 0, sender: 0 });
    expect(tally.send()).toEqual({ n: 1, sender: 1 });
    tally.deliver(0, 0);
    tally.deliver(1, 0);
    expect([done, tally.outstanding]).toEqual([[], 2]);
    tally.deliver(2, 0);
    expect([done, tally.outstanding, tally.deliveries]).toEqual([[0], 1, 3]);
  });

  it("lets messages of two senders come in any order", () => {
    const { tally } = tallyOf(seating);
    tally.send();
    tally.send();
    for (const socket of [0, 1, 2]) {
      tally.deliver(socket, 1);
      tally.deliver(socket, 0);
    }
    expect([tally.errors, tally.deliveries, tally.outstanding]).toEqual([0, 6, 0]);
  });

  it("finds what comes twice, and does not count it", () => {
    const { tally } = tallyOf(seating);
    tally.send();
    tally.deliver(0, 0);
    tally.deliver(0, 0);
    expect([tally.errors, tally.deliveries]).toEqual([1, 1]);
  });

  it("finds one sender's messages in the wrong order", () => {
    const { tally } = tallyOf(seating);
    for (let i = 0; i < 3; i++) tally.send();
    tally.deliver(0, 2);
    tally.deliver(0, 0);
    expect(tally.errors).toBe(1);
  });

  it("finds, in the end, what never came", () => {
    const { tally } = tallyOf(seating);
    tally.send();
    tally.deliver(0, 0);
    tally.deliver(1, 0);
    expect(tally.errors).toBe(0);
    tally.close();
    expect(tally.errors).toBe(1);
  });

  it("finds what was never sent", () => {
    const { tally } = tallyOf(seating);
    tally.deliver(0, 0);
    expect([tally.errors, tally.deliveries]).toEqual([1, 0]);
  });
});

describe("in several rooms", () => {
  const seating = { sockets: 6, rooms: 3, senders: 2 };

  it("lets everybody talk in turn, in their own room", () => {
    const { tally } = tallyOf(seating);
    const senders = Array.from({ length: 7 }, () => tally.send().sender);
    expect(senders).toEqual([0, 1, 2, 3, 4, 5, 0]);
  });

  it("finds a message in another room than its own", () => {
    const { tally } = tallyOf(seating);
    tally.send();
    tally.deliver(1, 0);
    expect([tally.errors, tally.deliveries]).toEqual([1, 0]);
    tally.deliver(0, 0);
    tally.deliver(3, 0);
    expect([tally.errors, tally.outstanding]).toEqual([1, 0]);
  });
});
