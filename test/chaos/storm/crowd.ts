/** Everybody in the thread: people with several sockets each, as with tabs and devices. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Person } from "../support/people.ts";
import type { Random } from "../support/random.ts";
import type { Network } from "./network.ts";
import { ReturningSocket } from "./returning-socket.ts";

/** Sockets opened at once, before the storm: opening them is not what is looked at. */
const BATCH = 100;
const LOOK_MS = 20;

export class Crowd {
  readonly sockets: ReturningSocket[] = [];

  /** Opens so many sockets of `url`, dealt out to the people; resolves when all are welcomed. */
  static async gather(
    url: string,
    {
      people,
      sockets,
      network,
      random,
    }: { people: Person[]; sockets: number; network: Network; random: Random },
  ): Promise<Crowd> {
    const crowd = new Crowd();
    for (let i = 0; i < sockets; i++) {
      const person = people[i % people.length];
      if (!person) throw new Error("nobody to open sockets");
      crowd.sockets.push(new ReturningSocket({ url, token: person.token, network, random }));
      if (i % BATCH === BATCH - 1 || i === sockets - 1) await crowd.until(({ isBack }) => isBack);
    }
    return crowd;
  }

  /** Resolves when it holds of every socket; true, or false where it does not within `withinMs`. */
  async until(holds: (socket: ReturningSocket) => boolean, withinMs = 60_000): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (!this.sockets.every(holds)) {
      if (performance.now() > deadline) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }
}
