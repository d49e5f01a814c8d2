/** A user with two tabs is online until the last one closes; that is told five seconds later, and a reload not at all. */
import { Bell } from "../support/bell.ts";
import type { Server } from "../support/server.ts";
import { acquaint, outcome, type Outcome } from "./scenario.ts";
import { Visitor } from "./visitor.ts";
import { Watcher } from "./watcher.ts";

const GRACE_MS = 5_000;
/** Timers may ring this much early. */
const EARLY_MS = 50;

export async function lastTabCloses(server: Server): Promise<Outcome> {
  const violations: string[] = [];
  const { watching, watched } = await acquaint(server, ["tabs-watcher"], ["two-tabs", "one-tab", "reloader"]);
  const [twoTabs, oneTab, reloader] = watched.map((person) => new Visitor(person));
  const [watchingPerson] = watching;
  if (!twoTabs || !oneTab || !reloader || !watchingPerson) throw new Error("somebody is missing");
  const watcher = new Watcher(watchingPerson, server, new Bell());
  await watcher.watch(watched);
  await Promise.all([twoTabs.open(server.url), oneTab.open(server.url), reloader.open(server.url)]);
  await twoTabs.open(server.url);
  await Promise.all(watched.map((person) => watcher.hears(person, "online")));

  const closesLast = async (visitor: Visitor): Promise<number> => {
    const closedAt = Date.now();
    await visitor.close();
    const { at, lastSeenAt = 0 } = await watcher.hears(visitor.person, "offline");
    const { id } = visitor.person.user;
    if (at - closedAt < GRACE_MS - EARLY_MS) violations.push(`${id} was offline after ${at - closedAt} ms`);
    if (lastSeenAt < closedAt || lastSeenAt > at - GRACE_MS + EARLY_MS)
      violations.push(`${id} was last seen ${lastSeenAt - closedAt} ms after closing`);
    return at - closedAt;
  };
  // That the one is told to be offline shows that the others would have been told by now.
  await Promise.all([twoTabs.close(), reloader.close()]);
  await reloader.open(server.url);
  const first = await closesLast(oneTab);
  for (const visitor of [twoTabs, reloader]) {
    const { length } = watcher.told(visitor.person);
    // Offline at first, then online.
    if (length !== 2) violations.push(`${visitor.person.user.id} was told of ${length} times, not 2`);
  }
  const second = await closesLast(twoTabs);
  watcher.close();
  const found = `offline told after ${first} and ${second} ms; nothing of a closed second tab or a reload`;
  return outcome(
    "tabs close",
    "3 users, 4 tabs",
    violations.length > 0 ? "see violations" : found,
    violations,
  );
}
