/** Slow readers are disconnected before their queue grows without end, and no others are. */
import { describe, expect, it } from "vitest";
import { PACED_BYTES, ROOM_QUEUE_BYTES, UNPACED_BYTES } from "../../src/protocol/limits.ts";
import { FlowControl } from "../../src/sockets/flow-control.ts";
import { newThread, person } from "../support/host-users.ts";
import { openThreadAcknowledging, openThread } from "../support/socket.ts";

const newSocket = () => ({}) as WebSocket;
const KIB = 1024;
const paced = () => ({ isPaced: true, heardAt: () => 0 });
const unpaced = () => ({ isPaced: false, heardAt: () => 0 });

/** Sends so many bytes in frames of 10 KiB, each with the next rev. Returns the last. */
function send(control: FlowControl, bytes: number, from = 0): number {
  let rev = from;
  for (let sent = 0; sent < bytes; sent += 10 * KIB) control.sent(10 * KIB, ++rev, 1);
  return rev;
}

describe("the unacknowledged bytes of a reader", () => {
  it("are those sent since the rev that it acknowledged", () => {
    const control = new FlowControl();
    const [silent, acknowledging] = [newSocket(), newSocket()];
    for (const socket of [silent, acknowledging]) control.opened(socket, 0, 0);
    const tooSlow = () => control.tooSlow([silent, acknowledging], paced);
    const rev = send(control, PACED_BYTES - 50 * KIB);
    expect(tooSlow()).toEqual([]);
    control.acknowledged(acknowledging, rev);
    send(control, 100 * KIB, rev);
    expect(tooSlow()).toEqual([silent]);
  });

  it("are counted for a new socket from its opening", () => {
    const control = new FlowControl();
    send(control, 2 * PACED_BYTES);
    const late = newSocket();
    control.opened(late, 0, 0);
    expect(control.tooSlow([late], paced)).toEqual([]);
  });

  it("begin with its welcome, until it acknowledges all of that", () => {
    const control = new FlowControl();
    const [silent, half, whole] = [newSocket(), newSocket(), newSocket()];
    for (const socket of [silent, half, whole]) control.opened(socket, PACED_BYTES - 50 * KIB, 1_000);
    control.acknowledged(half, 999);
    control.acknowledged(whole, 1_000);
    send(control, 100 * KIB, 1_000);
    expect(control.tooSlow([silent, half, whole], paced)).toEqual([silent, half]);
  });

  it("are not changed by an acknowledgement of an older rev", () => {
    const control = new FlowControl();
    const socket = newSocket();
    control.opened(socket, 0, 0);
    const rev = send(control, 3 * PACED_BYTES);
    control.acknowledged(socket, rev);
    const later = send(control, PACED_BYTES - 50 * KIB, rev);
    control.acknowledged(socket, 1);
    control.acknowledged(socket, rev - 100);
    expect(control.tooSlow([socket], paced)).toEqual([]);
    send(control, 100 * KIB, later);
    expect(control.tooSlow([socket], paced)).toEqual([socket]);
  });

  it("may be more where the client did not declare that it acknowledges", () => {
    const control = new FlowControl();
    const socket = newSocket();
    control.opened(socket, 0, 0);
    const rev = send(control, UNPACED_BYTES - 50 * KIB);
    expect(control.tooSlow([socket], unpaced)).toEqual([]);
    send(control, 100 * KIB, rev);
    expect(control.tooSlow([socket], unpaced)).toEqual([socket]);
  });

  it("are checked now and then, and not at each frame", () => {
    const control = new FlowControl();
    const checks = Array.from({ length: 10_000 }, (_frame, i) => control.sent(KIB, i, 1)).filter(Boolean);
    expect(checks.length).toBeGreaterThan(0);
    control.tooSlow([], paced);
    expect(control.sent(KIB, 10_001, 1)).toBe(false);
  });
});

describe("the unacknowledged bytes of all readers together", () => {
  /** So many readers, the first of them heard from the longest ago, each sent so much. */
  function readers(count: number, each: number) {
    const control = new FlowControl();
    const sockets = Array.from({ length: count }, newSocket);
    for (const socket of sockets) control.opened(socket, each, 1);
    const tooSlow = () =>
      control.tooSlow(sockets, (socket) => ({ isPaced: false, heardAt: () => sockets.indexOf(socket) }));
    return { control, sockets, tooSlow };
  }

  it("disconnect those who were silent the longest, and no more than are too many", () => {
    const fits = readers(16, ROOM_QUEUE_BYTES / 16);
    expect(fits.tooSlow()).toEqual([]);
    const over = readers(20, ROOM_QUEUE_BYTES / 16);
    expect(over.tooSlow()).toEqual(over.sockets.slice(0, 4));
  });

  it("disconnect those first who have more waiting than most", () => {
    const { control, sockets, tooSlow } = readers(400, 80 * KIB);
    const far = newSocket();
    sockets.push(far);
    control.opened(far, UNPACED_BYTES, 1);
    expect(tooSlow()).toEqual([]);
    const other = newSocket();
    sockets.push(other);
    control.opened(other, UNPACED_BYTES, 1);
    expect(tooSlow()).toEqual([far]);
  });

  it("are nothing where each has no more waiting than comes between two acknowledgements", () => {
    const { tooSlow } = readers(4_000, 64 * KIB);
    expect(tooSlow()).toEqual([]);
  });

  it("are checked before they can be too many, however many sockets there are", () => {
    const { control, tooSlow } = readers(2_000, 0);
    tooSlow();
    let sent = 0;
    do sent += KIB;
    while (!control.sent(KIB, 2, 2_000));
    expect(sent * 2_000).toBeLessThanOrEqual(ROOM_QUEUE_BYTES + 2_000 * KIB);
  });
});

describe("a room that sends faster than one reader receives", () => {
  it("disconnects that reader alone, who reconnects and misses nothing", async () => {
    const members = await Promise.all(Array.from({ length: 24 }, (_member, i) => person(`P${i}`)));
    const [ada, bob, eve, ...others] = members;
    if (!ada || !bob || !eve) throw new Error("no user");
    const thread = await newThread(ada, "group", [bob, eve, ...others]);
    const [fast, slow, plain] = [
      await openThreadAcknowledging(ada, thread.id),
      await openThreadAcknowledging(bob, thread.id),
      await openThread(eve, thread.id),
    ];
    fast.raw.addEventListener("message", () => {
      const newest = fast.events.findLast((event) => event.type === "chat");
      if (newest) fast.send({ type: "got", rev: newest.rev });
    });
    const each = 19;
    for (const who of members) {
      for (let n = 0; n < each; n++) {
        await who.call("POST", `/api/threads/${thread.id}/messages`, { body: "x".repeat(10_000) });
      }
    }
    const all = members.length * each;
    expect(await slow.next("closing")).toMatchObject({ code: 4108 });
    for (const socket of [fast, plain]) await socket.next("chat", ({ rev }) => rev === all);
    expect([fast, plain].flatMap(({ events }) => events.filter(({ type }) => type === "closing"))).toEqual(
      [],
    );

    const received = slow.events.findLast((event) => event.type === "chat")?.rev ?? 0;
    const back = await openThreadAcknowledging(bob, thread.id, `${thread.epoch}:${received}`);
    expect(await back.next("welcome")).toMatchObject({ resumed: true });
    await back.next("chat", ({ rev }) => rev === all);
    const revs = back.events.flatMap((event) => (event.type === "chat" ? [event.rev] : []));
    expect(revs).toEqual(Array.from({ length: all - received }, (_rev, i) => received + 1 + i));
  });
});
