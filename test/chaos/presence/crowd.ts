/** Many users come and go at once: those who watch hear of no more changes than there were, and end up right. */
import { setTimeout as sleep } from "node:timers/promises";
import { Bell } from "../support/bell.ts";
import { randomFrom } from "../support/random.ts";
import type { Server } from "../support/server.ts";
import { acquaint, outcome, type Outcome } from "./scenario.ts";
import { Visitor } from "./visitor.ts";
import { Watcher } from "./watcher.ts";

/** How long they come and go. Longer than the five seconds after which one is told to be gone. */
const LASTS_MS = 15_000;
const COMINGS_AND_GOINGS = 8;

export async function crowdComesAndGoes(
  server: Server,
  options: { users: number; seed: number },
): Promise<Outcome> {
  const random = randomFrom(options.seed);
  const bell = new Bell();
  const violations: string[] = [];
  const names = Array.from({ length: options.users }, (_user, i) => `crowd${i + 1}`);
  const { watching, watched } = await acquaint(
    server,
    ["crowd-w1", "crowd-w2", "crowd-w3"],
    [...names, "crowd-last"],
  );
  const watchers = watching.map((person) => new Watcher(person, server, bell));
  const visitors = watched.map((person) => new Visitor(person));
  const last = visitors.at(-1);
  if (!last) throw new Error("nobody is the last");
  await Promise.all(watchers.map((watcher) => watcher.watch(watched)));
  await last.open(server.url);

  // Drawn beforehand: who runs when must not change what they do.
  const plans = visitors.slice(0, -1).map((visitor) => ({
    visitor,
    moments: Array.from({ length: COMINGS_AND_GOINGS }, () => random.next() * LASTS_MS).toSorted(
      (a, b) => a - b,
    ),
    coins: Array.from({ length: COMINGS_AND_GOINGS }, () => random.next()),
  }));
  const startedAt = Date.now();
  await Promise.all(
    plans.map(async ({ visitor, moments, coins }) => {
      for (const [i, moment] of moments.entries()) {
        await sleep(Math.max(0, startedAt + moment - Date.now()));
        // Mostly one tab or none; now and then a second one.
        const opens = visitor.tabs === 0 || (visitor.tabs === 1 && (coins[i] ?? 0) < 0.25);
        await (opens ? visitor.open(server.url) : visitor.close());
      }
    }),
  );
  // Closed after all the others: when this is told, so is what was owed of them.
  await last.close();
  await Promise.all(
    watchers.flatMap((watcher) => visitors.map(({ person, status }) => watcher.hears(person, status))),
  );

  let told = 0;
  let again = 0;
  for (const watcher of watchers) {
    for (const { person, changes } of visitors) {
      // The first is the state that it began with.
      const states = watcher.told(person).map(({ status }) => status);
      told += states.length - 1;
      const heard = `${watcher.person.user.id} was told of ${person.user.id}: ${states.join(", ")}`;
      if (states.length - 1 > changes) violations.push(`${heard}, for ${changes} changes`);
      again += states.filter((state, i) => state === states[i - 1]).length;
    }
    watcher.close();
  }
  const changes = visitors.reduce((sum, visitor) => sum + visitor.changes, 0);
  const online = visitors.filter(({ status }) => status === "online").length;
  const found = `${changes} changes, ${Math.round(told / watchers.length)} told to each, ${again} of what was known; ${online} online in the end`;
  return outcome("a crowd", `${visitors.length} users, ${watchers.length} watchers`, found, violations);
}
