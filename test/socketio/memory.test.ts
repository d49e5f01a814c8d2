/** What may wait in a shard's memory for clients that do not read. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { AlarmScheduler } from "../../src/durable/alarm-scheduler.ts";
import { Engine } from "../../src/socketio/engine/engine.ts";
import { socketIoStub } from "../support/socketio.ts";

const MIB = 1024 * 1024;

it("of all sessions together is bounded: those for whom the most waits are ended first", async () => {
  await runInDurableObject(socketIoStub("0"), (_instance, ctx) => {
    const ended: string[] = [];
    const engine = new Engine<{ name: string }>(
      ctx,
      new AlarmScheduler(ctx.storage),
      {
        shard: 0,
        pingIntervalMs: 50_000,
        pingTimeoutMs: 20_000,
        pingTogetherMs: 0,
        maxPayload: MIB,
        upgradeTimeoutMs: 1_000,
        packetsBetweenPings: 20,
        hibernates: false,
      },
      {
        onOpen: () => {},
        onMessage: () => {},
        onClose: ({ data }) => ended.push(data.name),
        onClosedAsleep: () => {},
      },
    );
    for (let i = 0; i < 20; i++) engine.openPolling({ name: i < 10 ? `slow ${i}` : `quick ${i}` }, 0);
    const message = "a".repeat(MIB);
    const sessions = [...engine.sessions()];
    // None of them reaches its own limit of 4 MiB.
    for (const count of [1, 2, 3])
      for (const session of sessions)
        if (count === 1 || session.data.name.startsWith("slow")) engine.send(session, message);
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.length).toBeLessThan(10);
    expect(ended.filter((name) => name.startsWith("quick"))).toEqual([]);
    const waiting = [...engine.sessions()].reduce((sum, { pendingLength }) => sum + pendingLength, 0);
    expect(waiting).toBeLessThanOrEqual(33 * MIB);
    for (const session of sessions) engine.close(session);
  });
});
