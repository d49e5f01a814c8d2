/** A crash ends every connection: users who reconnect are online, the others offline, and subscribers receive that. */
import { ChangeNotifier } from "../support/change-notifier.ts";
import { randomFrom } from "../support/random.ts";
import { Server } from "../support/server.ts";
import type { SignedInUser } from "../support/users.ts";
import { scenarioOutcome, signInWithSharedGroups, type ScenarioOutcome } from "./scenario.ts";
import { Subscriber, type OnlineStatus } from "./subscriber.ts";
import { WatchedUser } from "./watched-user.ts";

const USERS = 20;
/** Share of the users who close their tab just before a crash, and of the others who reconnect after it. */
const CLOSING_SHARE = 0.25;
const RECONNECTING_SHARE = 0.5;

export async function crashes(options: { crashes: number; seed: number }): Promise<ScenarioOutcome> {
  // A server of its own: the other scenarios must not crash with it.
  const server = await Server.start();
  try {
    return await crashRepeatedly(server, options);
  } finally {
    await server.stop();
  }
}

async function crashRepeatedly(
  server: Server,
  options: { crashes: number; seed: number },
): Promise<ScenarioOutcome> {
  const random = randomFrom(options.seed);
  const changes = new ChangeNotifier();
  const violations: string[] = [];
  const ids = Array.from({ length: USERS }, (_user, i) => `crash${i + 1}`);
  const signedIn = await signInWithSharedGroups(server, {
    subscribers: ["early-subscriber", "late-subscriber"],
    watched: [...ids, "crash-last"],
  });
  const [early, late] = signedIn.subscribers.map((user) => new Subscriber(user, server, changes));
  const all = signedIn.watched.map((user) => new WatchedUser(user));
  const last = all.at(-1);
  if (!early || !late || !last) throw new Error("a user is missing");
  const subscribers = [early, late];
  let reported = 0;
  let closedBefore = 0;

  await Promise.all(subscribers.map((subscriber) => subscriber.subscribe(signedIn.watched)));
  for (let crash = 1; crash <= options.crashes; crash++) {
    await Promise.all(all.map((watched) => watched.openTab(server.url)));
    await allSee(subscribers, signedIn.watched, "online");
    // `offline` of these is pending when the process dies, and must be sent after the restart.
    const closing = all.filter((watched) => watched !== last && random.next() < CLOSING_SHARE);
    closedBefore += closing.length;
    await Promise.all(closing.map((watched) => watched.closeTab()));
    await server.kill();
    await Promise.all([...all, ...subscribers].map((client) => client.disconnected()));
    await server.restart();

    await early.subscribe(signedIn.watched);
    const reconnecting = all.filter(
      (watched) => watched === last || (!closing.includes(watched) && random.next() < RECONNECTING_SHARE),
    );
    await Promise.all(reconnecting.map((watched) => watched.openTab(server.url)));
    await late.subscribe(signedIn.watched);
    const online = reconnecting.map(({ user }) => user);
    const offline = signedIn.watched.filter((user) => !online.includes(user));
    await Promise.all([allSee(subscribers, online, "online"), allSee(subscribers, offline, "offline")]);

    // When this last change is reported, every pending one before it is too.
    await last.closeTab();
    await allSee(subscribers, [last.user], "offline");
    for (const subscriber of subscribers) {
      const requested = await subscriber.requestStatus(signedIn.watched);
      for (const { user, status } of all) {
        reported += subscriber.received(user).length;
        const [received, answered] = [subscriber.latest(user), requested.get(user.id)];
        if (received !== status || answered !== status)
          violations.push(
            `crash ${crash}: ${user.id} is ${status}; ${subscriber.user.id} received ${received}, and ${answered} over HTTP`,
          );
      }
    }
    await Promise.all(reconnecting.map((watched) => watched.closeTab()));
    await allSee(subscribers, signedIn.watched, "offline");
  }
  const setting = `${options.crashes} crashes, ${all.length} users, ${closedBefore} tabs closed just before`;
  return scenarioOutcome("crashes", setting, `${reported} statuses received`, violations);
}

async function allSee(
  subscribers: readonly Subscriber[],
  users: readonly SignedInUser[],
  status: OnlineStatus,
): Promise<void> {
  await Promise.all(
    subscribers.flatMap((subscriber) => users.map((user) => subscriber.seesStatus(user, status))),
  );
}
