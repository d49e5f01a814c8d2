/** Sessions that end while their poll waits, and one of a user's two. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { host } from "../../support/host-server.ts";
import { engineFetch, PollingSession, rolesOf } from "../../support/socketio.ts";
import { isKnown, joined, roomOfTwo, type RoomOfTwo } from "./room-of-two.ts";

beforeEach(() => {
  // Every session is in one shard, so that whoever is attacked is near.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a session that ends while its poll waits", () => {
  /** Bob's polling session in the room, whose poll waits. */
  async function waitingIn({ bob, room: id }: RoomOfTwo) {
    const polling = await PollingSession.connect(bob);
    await polling.emit("join", { room: id });
    await polling.until((packets) => packets.includes('["joined"'));
    const waiting = polling.poll();
    await eventually(async () => expect(await rolesOf(polling.sid)).toEqual(["poll"]));
    return { polling, waiting };
  }

  it("by removal hears that it has left the room, and nothing of the room after", async () => {
    const there = await roomOfTwo();
    const { polling, waiting } = await waitingIn(there);
    await there.ada.call("DELETE", `/api/threads/${there.room}/members/${there.bob.user.id}`);
    await waiting;
    await polling.until((packets) => packets.includes('["left"'));
    await there.a.ask("chat", { room: there.room, body: "among us" });
    await polling.emit("dance", {});
    await polling.until((packets) => packets.includes('"event":"dance"'));
    expect(polling.received.join("")).not.toContain("among us");
    await polling.emit("chat", { room: there.room, body: "let me in" });
    await polling.until((packets) => packets.includes('"event":"chat"'));
    expect(there.a.events<{ body: string }>("chat").map(({ body }) => body)).toEqual(["among us"]);
  });

  it("by the deletion of its thread hears that it has left", async () => {
    const there = await roomOfTwo();
    const { polling, waiting } = await waitingIn(there);
    expect((await there.ada.call("DELETE", `/api/threads/${there.room}`)).status).toBe(204);
    await waiting;
    await polling.until((packets) => packets.includes('["left"') && packets.includes('"code":"not_found"'));
  });

  it("by revocation is closed, and its id is of no use", async () => {
    const there = await roomOfTwo();
    const { polling, waiting } = await waitingIn(there);
    expect((await host("POST", `/api/users/${there.bob.user.id}/revoke`)).status).toBe(202);
    const closed = (packets: string) => packets.split("\u001e").at(-1) === "1";
    for (let last = await waiting; !closed(last); last = await polling.poll());
    expect((await polling.post('42["dance"]')).status).toBe(400);
  });

  it("by a second poll at once is closed, as Engine.IO has it", async () => {
    const there = await roomOfTwo();
    const { polling, waiting } = await waitingIn(there);
    expect((await engineFetch(`transport=polling&sid=${polling.sid}`)).status).toBe(400);
    expect(await waiting).toBe("1");
    expect(await isKnown(polling.sid)).toBe(false);
  });
});

describe("two tabs of a user", () => {
  it("each hear everything, type for nobody of their own, and leave for themselves", async () => {
    const there = await roomOfTwo();
    const { a, b, ada, room: id } = there;
    const other = await joined(ada, id);
    await other.ask("chat", { room: id, body: "from the other tab" });
    for (const socket of [a, b, other])
      expect(await socket.nextEvent("chat")).toMatchObject({ body: "from the other tab" });
    await a.ask("typing", { room: id });
    expect(await b.nextEvent("typing")).toMatchObject({ userId: ada.user.id });
    await other.ask("leave", { room: id });
    await b.ask("chat", { room: id, body: "who is left?" });
    expect(await a.nextEvent("chat")).toMatchObject({ body: "who is left?" });
    expect(await other.ask("dance", {})).toMatchObject({ ok: false });
    expect(other.events("chat")).toHaveLength(1);
    expect(other.events("typing")).toEqual([]);
  });
});
