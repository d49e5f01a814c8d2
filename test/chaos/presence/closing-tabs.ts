/** A user with two tabs is online until the last one closes; `offline` is sent 5 s later, and a reload changes nothing. */
import { ChangeNotifier } from "../support/change-notifier.ts";
import type { Server } from "../support/server.ts";
import { scenarioOutcome, signInWithSharedGroups, type ScenarioOutcome } from "./scenario.ts";
import { Subscriber } from "./subscriber.ts";
import { WatchedUser } from "./watched-user.ts";

const GRACE_MS = 5_000;
/** Timers may fire so much early. */
const TOLERANCE_MS = 50;

export async function closingTabs(server: Server): Promise<ScenarioOutcome> {
  const violations: string[] = [];
  const signedIn = await signInWithSharedGroups(server, {
    subscribers: ["tabs-subscriber"],
    watched: ["two-tabs", "one-tab", "reloading"],
  });
  const [twoTabs, oneTab, reloading] = signedIn.watched.map((user) => new WatchedUser(user));
  const [subscribing] = signedIn.subscribers;
  if (!twoTabs || !oneTab || !reloading || !subscribing) throw new Error("a user is missing");
  const subscriber = new Subscriber(subscribing, server, new ChangeNotifier());
  await subscriber.subscribe(signedIn.watched);
  await Promise.all([twoTabs, oneTab, reloading].map((user) => user.openTab(server.url)));
  await twoTabs.openTab(server.url);
  await Promise.all(signedIn.watched.map((user) => subscriber.seesStatus(user, "online")));

  const closeLastTab = async (watched: WatchedUser): Promise<number> => {
    const closedAt = Date.now();
    await watched.closeTab();
    const { at, lastSeenAt = 0 } = await subscriber.seesStatus(watched.user, "offline");
    const { id } = watched.user;
    if (at - closedAt < GRACE_MS - TOLERANCE_MS)
      violations.push(`${id} was offline after ${at - closedAt} ms`);
    if (lastSeenAt < closedAt || lastSeenAt > at - GRACE_MS + TOLERANCE_MS)
      violations.push(`${id} was last seen ${lastSeenAt - closedAt} ms after closing`);
    return at - closedAt;
  };
  await twoTabs.closeTab();
  const reloadedAt = Date.now();
  await reloading.closeTab();
  await reloading.openTab(server.url);
  const reloadMs = Date.now() - reloadedAt;
  // When this user is reported offline, the others' changes would have been reported before.
  const first = await closeLastTab(oneTab);
  // On a machine so slow that a reload takes longer than the grace period, it is right to report it.
  for (const { user } of reloadMs < GRACE_MS - TOLERANCE_MS ? [twoTabs, reloading] : [twoTabs]) {
    const { length } = subscriber.received(user);
    // Offline initially, then online.
    if (length !== 2) violations.push(`${user.id} was reported ${length} times, not 2`);
  }
  const second = await closeLastTab(twoTabs);
  subscriber.close();
  const result = `offline after ${first} and ${second} ms; a closed second tab and a reload are not reported`;
  return scenarioOutcome(
    "closing tabs",
    "3 users, 4 tabs",
    violations.length > 0 ? "see violations" : result,
    violations,
  );
}
