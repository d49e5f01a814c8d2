/** A reconnect storm: every socket of a thread loses its connection at once, and all come back together. */
import { setTimeout as sleep } from "node:timers/promises";
import { SOCKETS_PER_USER } from "../../src/protocol/limits.ts";
import { MemorySampler } from "./storm/memory-sampler.ts";
import { NetworkSwitch } from "./storm/network-switch.ts";
import { requireOpenFiles } from "./storm/open-files.ts";
import { SocketPool } from "./storm/socket-pool.ts";
import { stormReport } from "./storm/storm-report.ts";
import { defineProgram } from "./support/program.ts";
import { randomFrom } from "./support/random.ts";
import { requestJson } from "./support/request-json.ts";
import { Server } from "./support/server.ts";
import { signIn, type SignedInUser } from "./support/users.ts";

const USERS = 100;
/** Messages that every socket has received when the network goes down. */
const SEEN_MESSAGES = 5;
/** The shortest time without network: long enough for the sockets' back-offs to spread. */
const DOWN_MS = 1_500;
/** Messages are also sent while the sockets come back, at this interval: they must not interfere with the replay. */
const LIVE_INTERVAL_MS = 50;
/** From the end of the storm to the last memory measurement, for garbage collection. */
const SETTLE_MS = 3_000;

export const storm = defineProgram({
  name: "storm",
  summary:
    "Takes the network away from every socket of a thread, sends messages, and gives it back: every socket returns with each missed event once and in order, and the isolate stays within a Durable Object's 128 MB.",
  duration: "about 30 s",
  options: {
    sockets: { kind: "number", default: 2_000, min: 1, help: "sockets in the thread" },
    missed: { kind: "number", default: 50, help: "messages sent while the network is down" },
    live: { kind: "number", default: 20, help: "messages sent while the sockets return" },
  },
  run: async (options) => {
    requireOpenFiles(options.sockets);
    const server = await Server.start();
    try {
      const needed = Math.ceil(options.sockets / (SOCKETS_PER_USER / 2));
      const userCount = Math.max(needed, Math.min(USERS, options.sockets));
      const users = await signIn(
        server,
        Array.from({ length: userCount }, (_user, i) => `u${i + 1}`),
      );
      const thread = await openThread(server, users);
      const memory = await MemorySampler.start(server.inspectorUrl);
      const before = await memory.sample();

      const network = new NetworkSwitch();
      const pool = new SocketPool({
        url: thread.socketUrl,
        users,
        network,
        random: randomFrom(options.seed),
      });
      await pool.open(options.sockets);
      // So that every cursor stands at a message: a replay that begins one too early or too late is noticed.
      const seenRev = await thread.send(SEEN_MESSAGES);
      await pool.until(({ rev }) => rev >= seenRev);
      const open = await memory.sample();

      network.goDown();
      const [missedRev] = await Promise.all([thread.send(options.missed), sleep(DOWN_MS)]);
      network.comeUp();
      const upAt = performance.now();
      const lastRev = (await thread.send(options.live, LIVE_INTERVAL_MS)) || missedRev;
      await pool.until(({ isWelcomed, rev }) => isWelcomed && rev >= lastRev);
      await sleep(SETTLE_MS);
      const bytes = { before, open, peak: memory.peak, after: await memory.sample() };
      memory.stop();
      pool.close();
      return stormReport(pool.sockets, {
        upAt,
        missed: options.missed,
        missedRev,
        lastRev,
        memory: bytes,
      });
    } finally {
      await server.stop();
    }
  },
});

/** A public thread in which its owner sends messages over HTTP. */
async function openThread(server: Server, [owner]: SignedInUser[]) {
  if (!owner) throw new Error("a thread needs an owner");
  const { id } = await owner.api.createThread({ kind: "public", name: "storm" });
  const path = `/api/threads/${id}`;
  return {
    socketUrl: `${server.url.replace(/^http/, "ws")}${path}/socket`,
    /** Sends so many messages, one after another; returns the rev of the last one, 0 for none. */
    send: async (count: number, intervalMs = 0): Promise<number> => {
      let rev = 0;
      for (let i = 0; i < count; i++) {
        const body = { body: `message ${i}` };
        ({ rev } = await requestJson<{ rev: number }>(server, owner, "POST", `${path}/messages`, body));
        if (intervalMs > 0) await sleep(intervalMs);
      }
      return rev;
    },
  };
}
