/**
 * Takes the network away from every socket of a thread at once, sends messages meanwhile, and gives it back: all must
 * return, with every event they missed once and in order, and the server must not outgrow a Durable Object's memory.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SOCKETS_PER_USER } from "../../src/protocol/limits.ts";
import { Crowd } from "./storm/crowd.ts";
import { MemoryWatch } from "./storm/memory-watch.ts";
import { Network } from "./storm/network.ts";
import { requireOpenFiles } from "./storm/open-files.ts";
import { findings } from "./storm/findings.ts";
import { people, type Person } from "./support/people.ts";
import { randomFrom } from "./support/random.ts";
import { script } from "./support/script.ts";
import { Server } from "./support/server.ts";

const PEOPLE = 100;
/** Messages that everybody has when the network goes. */
const SEEN = 5;
/** The network is away at least so long: long enough for back-offs to have grown apart. */
const AWAY_MS = 1_500;
/** While they return the thread goes on: live messages must not get in the way of those that were missed. */
const LIVE_EVERY_MS = 50;
/** Garbage is collected when it likes; so long after the storm its memory is looked at. */
const SETTLE_MS = 3_000;

// `missed`: messages sent while nobody is there; `live`: while they return.
await script("chaos:storm", { sockets: 2_000, missed: 50, live: 20 }, async (options) => {
  requireOpenFiles(options.sockets);
  const server = await Server.start();
  try {
    const needed = Math.ceil(options.sockets / (SOCKETS_PER_USER / 2));
    const persons = await people(
      server,
      Array.from(
        { length: Math.max(needed, Math.min(PEOPLE, options.sockets)) },
        (_person, i) => `u${i + 1}`,
      ),
    );
    const thread = await openThread(server, persons);
    const watch = await MemoryWatch.start(server.inspectorUrl);
    const before = await watch.now();

    const network = new Network();
    const random = randomFrom(options.seed);
    const crowd = await Crowd.gather(thread.socketUrl, {
      people: persons,
      sockets: options.sockets,
      network,
      random,
    });
    // So that every cursor stands at a message: a replay that begins one too early repeats it, one too late is missed.
    const seenRev = await thread.say(SEEN);
    await crowd.until(({ rev }) => rev >= seenRev);
    const open = await watch.now();

    network.goDown();
    const [missedRev] = await Promise.all([thread.say(options.missed), sleep(AWAY_MS)]);
    network.comeBack();
    const returnedFrom = performance.now();
    const lastRev = (await thread.say(options.live, LIVE_EVERY_MS)) || missedRev;
    await crowd.until(({ isBack, rev }) => isBack && rev >= lastRev);
    await sleep(SETTLE_MS);
    const memory = { before, open, peak: watch.peak, after: await watch.now() };
    watch.stop();
    crowd.close();
    return findings(crowd.sockets, { returnedFrom, missed: options.missed, missedRev, lastRev, memory });
  } finally {
    await server.stop();
  }
});

/** A public thread, in which its owner talks over HTTP. */
async function openThread(server: Server, [owner]: Person[]) {
  if (!owner) throw new Error("nobody to open a thread");
  const { id } = await owner.api.createThread({ kind: "public", name: "storm" });
  const path = `${server.url}/api/threads/${id}`;
  return {
    socketUrl: `${path.replace(/^http/, "ws")}/socket`,
    /** Says so many things, one after another; returns the last one's rev, 0 for none. */
    say: async (count: number, everyMs = 0): Promise<number> => {
      let rev = 0;
      for (let i = 0; i < count; i++) {
        const response = await fetch(`${path}/messages`, {
          method: "POST",
          headers: { authorization: `Bearer ${owner.token}`, "content-type": "application/json" },
          body: JSON.stringify({ body: `message ${i}` }),
        });
        if (response.status !== 201) throw new Error(`a message was answered ${response.status}`);
        ({ rev } = (await response.json()) as { rev: number });
        if (everyMs > 0) await sleep(everyMs);
      }
      return rev;
    },
  };
}
