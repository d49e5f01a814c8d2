/** A crash takes every socket with it: whoever comes back is online, whoever does not is offline, and watchers are told. */
import { Bell } from "../support/bell.ts";
import type { Person } from "../support/people.ts";
import { randomFrom } from "../support/random.ts";
import { Server } from "../support/server.ts";
import { acquaint, outcome, type Outcome } from "./scenario.ts";
import { Visitor } from "./visitor.ts";
import { Watcher } from "./watcher.ts";

/** Who comes back is drawn by chance from so many. */
const VISITORS = 20;

export async function crashes(options: { crashes: number; seed: number }): Promise<Outcome> {
  // A server of its own: nobody else is to be killed with it.
  const server = await Server.start();
  try {
    return await crashAgainAndAgain(server, options);
  } finally {
    await server.stop();
  }
}

async function crashAgainAndAgain(
  server: Server,
  options: { crashes: number; seed: number },
): Promise<Outcome> {
  const random = randomFrom(options.seed);
  const bell = new Bell();
  const violations: string[] = [];
  const names = Array.from({ length: VISITORS }, (_visitor, i) => `visitor${i + 1}`);
  const { watching, watched } = await acquaint(
    server,
    ["early-watcher", "late-watcher"],
    [...names, "fence"],
  );
  const [early, late] = watching.map((person) => new Watcher(person, server, bell));
  const fence = watched.at(-1);
  if (!early || !late || !fence) throw new Error("somebody is missing");
  const watchers = [early, late];
  const visitors = watched.map((person) => new Visitor(person));
  let told = 0;
  let leftBefore = 0;

  await Promise.all(watchers.map((watcher) => watcher.watch(watched)));
  for (let crash = 1; crash <= options.crashes; crash++) {
    await Promise.all(visitors.map((visitor) => visitor.open(server.url)));
    await allHear(watchers, watched, "online");
    // Some close their tab just before: that they are offline is owed when the process dies, and is told by the next.
    const leaving = visitors.filter(({ person }) => person !== fence && random.next() < 0.25);
    leftBefore += leaving.length;
    await Promise.all(leaving.map((visitor) => visitor.close()));
    await server.kill();
    await Promise.all([...visitors, ...watchers].map((client) => client.lost()));
    await server.restart();

    await early.watch(watched);
    const returning = visitors.filter(
      (visitor) => visitor.person === fence || (!leaving.includes(visitor) && random.next() < 0.5),
    );
    await Promise.all(returning.map((visitor) => visitor.open(server.url)));
    await late.watch(watched);
    const away = watched.filter((person) => !returning.some((visitor) => visitor.person === person));
    const back = returning.map(({ person }) => person);
    await Promise.all([allHear(watchers, back, "online"), allHear(watchers, away, "offline")]);

    // What is told of one who closes now comes after all that was owed: the others are to be as they were.
    const fenceVisitor = visitors.at(-1);
    await fenceVisitor?.close();
    await allHear(watchers, [fence], "offline");
    for (const watcher of watchers) {
      const asked = await watcher.asks(watched);
      for (const { person, status } of visitors) {
        told += watcher.told(person).length;
        const [believed, answered] = [watcher.believes(person), asked.get(person.user.id)];
        if (believed !== status || answered !== status)
          violations.push(
            `crash ${crash}: ${person.user.id} is ${status}; ${watcher.person.user.id} was told ${believed} and answered ${answered}`,
          );
      }
    }
    await Promise.all(returning.map((visitor) => visitor.close()));
    await allHear(watchers, watched, "offline");
  }
  const lookedAt = `${options.crashes} crashes, ${visitors.length} users, ${leftBefore} just leaving`;
  return outcome("crashes", lookedAt, `${told} states told`, violations);
}

async function allHear(
  watchers: readonly Watcher[],
  of: readonly Person[],
  status: "online" | "offline",
): Promise<void> {
  await Promise.all(watchers.flatMap((watcher) => of.map((person) => watcher.hears(person, status))));
}
