/** What sessions cost as tabs of their users. */
import { describe, expect, it } from "vitest";
import { passTime, runAlarm } from "../../cost/clock.ts";
import { newThread, person } from "../../support/host-users.ts";
import { shardStub } from "../../support/objects.ts";
import type { SocketIoTestSocket } from "../../support/socketio.ts";
import { connect, costOf, groupOfTwo, measureCosts, quiet } from "./measured.ts";

measureCosts();

describe("a tab", () => {
  /** Ada's session, and one of Bob's that keeps their objects busy. */
  async function others() {
    const { ada, bob, room, a, stub } = await groupOfTwo();
    await quiet();
    return { ada, bob, room, a, stub };
  }

  it("costs a call and a row at Presence as its session connects, and the same and when its user was seen as it ends", async () => {
    const { bob } = await others();
    const opened: SocketIoTestSocket[] = [];
    const first = await costOf(async () => opened.push(await connect(bob)));
    expect(first.presence).toMatchObject({ rowsWritten: 1, alarmsSet: 0 });
    // And whether the token was revoked.
    expect(first.presence.calls).toBeLessThanOrEqual(2);
    const closed = await costOf(
      async () => {
        for (const socket of opened) socket.close();
        await Promise.all(opened.map((socket) => socket.closed));
      },
      { presenceCalls: 1 },
    );
    // Bob's other session is still there.
    expect(closed.presence).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 0 });
  });

  it("costs no call of its own as it ends together with others of the same Presence shard", async () => {
    const { bob } = await others();
    const opened: SocketIoTestSocket[] = [];
    for (let i = 0; i < 5; i++) opened.push(await connect(bob));
    // What follows the first one is gathered.
    const [first, ...rest] = opened;
    const closed = await costOf(
      async () => {
        first?.close();
        await first?.closed;
        for (const socket of rest) socket.close();
        await Promise.all(rest.map((socket) => socket.closed));
      },
      { presenceCalls: 2 },
    );
    expect(closed.presence).toMatchObject({ calls: 2, rowsWritten: 5, alarmsSet: 0 });
  });

  it("costs two rows for each status and an alarm where its user is watched", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    await newThread(ada, "direct", [bob]);
    const watcher = await connect(ada);
    await watcher.ask("watch", { userIds: [bob.user.id] });
    await quiet();
    const opened: SocketIoTestSocket[] = [];
    const online = await costOf(async () => {
      opened.push(await connect(bob));
      await watcher.nextEvent("presence");
    });
    // The tab; the status before and after it has reached all; and an alarm that makes sure of it.
    expect(online.presence.rowsWritten + online.presence.alarmsSet).toBeLessThanOrEqual(4);
    const offline = await costOf(async () => {
      for (const socket of opened) socket.close();
      await Promise.all(opened.map((socket) => socket.closed));
      await quiet();
      passTime(5_000);
      await runAlarm(shardStub(bob.user.id));
      await watcher.nextEvent("presence");
    });
    // The tab, when its user was seen, that it was published, and alarms.
    expect(offline.presence.rowsWritten + offline.presence.alarmsSet).toBeLessThanOrEqual(5);
  });

  it("costs no row and no alarm for new_message, and a call for all tabs of an object together", async () => {
    const { ada, bob, room, a, stub } = await others();
    const tabs = [a];
    for (let i = 0; i < 5; i++) tabs.push(await connect(bob));
    const send = async (body: string) => {
      await ada.call("POST", `/api/threads/${room}/messages`, { body });
      await runAlarm(stub);
      const has = (frame: string) => frame.startsWith('42["new_message"') && frame.includes(`"${body}"`);
      await Promise.all(tabs.map((tab) => tab.next(has)));
    };
    await send("first");
    await quiet();
    passTime(60_000);
    const spent = await costOf(() => send("hello"));
    const shards = new Set([shardStub(ada.user.id).id.toString(), shardStub(bob.user.id).id.toString()]).size;
    expect(spent.socketIo).toMatchObject({ calls: shards, frames: 0, rowsWritten: 0, alarmsSet: 0 });
    expect(spent.presence.rowsWritten).toBe(shards);
  });
});
