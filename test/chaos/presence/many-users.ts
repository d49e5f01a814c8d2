/** Many users connect and disconnect at once: subscribers get no more changes than there were, and the right final status. */
import { setTimeout as sleep } from "node:timers/promises";
import { ChangeNotifier } from "../support/change-notifier.ts";
import { randomFrom } from "../support/random.ts";
import type { Server } from "../support/server.ts";
import { scenarioOutcome, signInWithSharedGroups, type ScenarioOutcome } from "./scenario.ts";
import { Subscriber } from "./subscriber.ts";
import { WatchedUser } from "./watched-user.ts";

/** Longer than the five seconds after which `offline` is sent. */
const DURATION_MS = 15_000;
const ACTIONS_PER_USER = 8;

export async function manyUsers(
  server: Server,
  options: { users: number; seed: number },
): Promise<ScenarioOutcome> {
  const random = randomFrom(options.seed);
  const changes = new ChangeNotifier();
  const violations: string[] = [];
  const ids = Array.from({ length: options.users }, (_user, i) => `many${i + 1}`);
  const signedIn = await signInWithSharedGroups(server, {
    subscribers: ["many-s1", "many-s2", "many-s3"],
    watched: [...ids, "many-last"],
  });
  const subscribers = signedIn.subscribers.map((user) => new Subscriber(user, server, changes));
  const watched = signedIn.watched.map((user) => new WatchedUser(user));
  const last = watched.at(-1);
  if (!last) throw new Error("a user is missing");
  await Promise.all(subscribers.map((subscriber) => subscriber.subscribe(signedIn.watched)));
  await last.openTab(server.url);

  // Drawn in advance: the random numbers must not depend on the order of execution.
  const plans = watched.slice(0, -1).map((user) => ({
    user,
    times: Array.from({ length: ACTIONS_PER_USER }, () => random.next() * DURATION_MS).toSorted(
      (a, b) => a - b,
    ),
    draws: Array.from({ length: ACTIONS_PER_USER }, () => random.next()),
  }));
  const startedAt = Date.now();
  await Promise.all(
    plans.map(async ({ user, times, draws }) => {
      for (const [i, time] of times.entries()) {
        await sleep(Math.max(0, startedAt + time - Date.now()));
        // Mostly one tab or none, sometimes a second one.
        const opens = user.tabs === 0 || (user.tabs === 1 && (draws[i] ?? 0) < 0.25);
        await (opens ? user.openTab(server.url) : user.closeTab());
      }
    }),
  );
  // Closed after all others: when this one is reported offline, so is every change before it.
  await last.closeTab();
  await Promise.all(
    subscribers.flatMap((subscriber) =>
      watched.map(({ user, status }) => subscriber.seesStatus(user, status)),
    ),
  );

  let reported = 0;
  let repeated = 0;
  for (const subscriber of subscribers) {
    for (const { user, statusChanges } of watched) {
      // The first is the initial status.
      const statuses = subscriber.received(user).map(({ status }) => status);
      reported += statuses.length - 1;
      if (statuses.length - 1 > statusChanges)
        violations.push(
          `${subscriber.user.id} received of ${user.id}: ${statuses.join(", ")}, for ${statusChanges} changes`,
        );
      repeated += statuses.filter((status, i) => status === statuses[i - 1]).length;
    }
    subscriber.close();
  }
  const total = watched.reduce((sum, { statusChanges }) => sum + statusChanges, 0);
  const online = watched.filter(({ status }) => status === "online").length;
  const result = `${total} changes, ${Math.round(reported / subscribers.length)} sent to each, ${repeated} repeated; ${online} online at the end`;
  return scenarioOutcome(
    "many users",
    `${watched.length} users, ${subscribers.length} subscribers`,
    result,
    violations,
  );
}
