/** Slow readers are disconnected before their queue grows without end, and no others are. */
import { describe, expect, it } from "vitest";
import { PACED_BYTES, UNPACED_BYTES } from "../../src/protocol/limits.ts";
import { FlowControl } from "../../src/sockets/flow-control.ts";
import { newThread, person } from "../support/people.ts";
import { openPaced, openThread } from "../support/socket.ts";

const newSocket = () => ({}) as WebSocket;
const KIB = 1024;

/** Sends so much in frames of 10 KiB, each with the next rev. */
function flood(control: FlowControl, bytes: number, from = 0): number {
  let rev = from;
  for (let sent = 0; sent < bytes; sent += 10 * KIB) control.sent(10 * KIB, ++rev);
  return rev;
}

describe("how far a reader is behind", () => {
  it("is what was sent since what it acknowledged", () => {
    const control = new FlowControl();
    const [silent, saying] = [newSocket(), newSocket()];
    for (const socket of [silent, saying]) control.opened(socket);
    const tooSlow = () => control.tooSlow([silent, saying], () => true);
    const rev = flood(control, PACED_BYTES - 50 * KIB);
    expect(tooSlow()).toEqual([]);
    control.acknowledged(saying, rev);
    flood(control, 100 * KIB, rev);
    expect(tooSlow()).toEqual([silent]);
  });

  it("counts for a new socket from its opening", () => {
    const control = new FlowControl();
    flood(control, 2 * PACED_BYTES);
    const late = newSocket();
    control.opened(late);
    expect(control.tooSlow([late], () => true)).toEqual([]);
  });

  it("is not reduced by an old acknowledgement, nor by one of a rev long before what is remembered", () => {
    const control = new FlowControl();
    const socket = newSocket();
    control.opened(socket);
    const rev = flood(control, 3 * PACED_BYTES);
    control.acknowledged(socket, rev);
    const later = flood(control, PACED_BYTES - 50 * KIB, rev);
    control.acknowledged(socket, 1);
    control.acknowledged(socket, rev - 100);
    expect(control.tooSlow([socket], () => true)).toEqual([]);
    flood(control, 100 * KIB, later);
    expect(control.tooSlow([socket], () => true)).toEqual([socket]);
  });

  it("may be more where the client never promised to acknowledge", () => {
    const control = new FlowControl();
    const socket = newSocket();
    control.opened(socket);
    const rev = flood(control, UNPACED_BYTES - 50 * KIB);
    expect(control.tooSlow([socket], () => false)).toEqual([]);
    flood(control, 100 * KIB, rev);
    expect(control.tooSlow([socket], () => false)).toEqual([socket]);
  });

  it("is looked at now and then, and not at each frame", () => {
    const control = new FlowControl();
    const looks = Array.from({ length: 10_000 }, (_frame, i) => control.sent(KIB, i)).filter(Boolean);
    expect(looks.length).toBeGreaterThan(0);
    control.tooSlow([], () => true);
    expect(control.sent(KIB, 10_001)).toBe(false);
  });
});

describe("a room that sends more than a reader reads", () => {
  it("disconnects that reader alone, who reconnects and has missed nothing", async () => {
    const people = await Promise.all(Array.from({ length: 24 }, (_person, i) => person(`P${i}`)));
    const [ada, bob, eve, ...others] = people;
    if (!ada || !bob || !eve) throw new Error("nobody");
    const thread = await newThread(ada, "group", [bob, eve, ...others]);
    const [keen, slow, plain] = [
      await openPaced(ada, thread.id),
      await openPaced(bob, thread.id),
      await openThread(eve, thread.id),
    ];
    keen.raw.addEventListener("message", () => {
      const newest = keen.events.findLast((event) => event.type === "chat");
      if (newest) keen.send({ type: "got", rev: newest.rev });
    });
    const each = 19;
    for (const who of people) {
      for (let n = 0; n < each; n++) {
        await who.call("POST", `/api/threads/${thread.id}/messages`, { body: "x".repeat(10_000) });
      }
    }
    const all = people.length * each;
    expect(await slow.next("closing")).toMatchObject({ code: 4108 });
    for (const socket of [keen, plain]) await socket.next("chat", ({ rev }) => rev === all);
    expect([keen, plain].flatMap(({ events }) => events.filter(({ type }) => type === "closing"))).toEqual(
      [],
    );

    const got = slow.events.findLast((event) => event.type === "chat")?.rev ?? 0;
    const back = await openPaced(bob, thread.id, `${thread.epoch}:${got}`);
    expect(await back.next("welcome")).toMatchObject({ resumed: true });
    await back.next("chat", ({ rev }) => rev === all);
    const revs = back.events.flatMap((event) => (event.type === "chat" ? [event.rev] : []));
    expect(revs).toEqual(Array.from({ length: all - got }, (_rev, i) => got + 1 + i));
  });
});
