/** One who vanishes without closing is offline to those who watch within two minutes; one who only lost a tab is not. */
import { Bell } from "../support/bell.ts";
import type { Server } from "../support/server.ts";
import { SilentProxy } from "../support/silent-proxy.ts";
import { acquaint, outcome, type Outcome } from "./scenario.ts";
import { Visitor } from "./visitor.ts";
import { Watcher } from "./watcher.ts";

/** The contract's own. */
const VANISHED_MS = 120_000;

export async function someVanish(server: Server): Promise<Outcome> {
  const violations: string[] = [];
  const names = ["vanishing", "half-vanishing", "staying"];
  const { watching, watched } = await acquaint(server, ["vanish-watcher"], names);
  const [vanishing, half, staying] = watched.map((person) => new Visitor(person));
  const [watchingPerson] = watching;
  if (!vanishing || !half || !staying || !watchingPerson) throw new Error("somebody is missing");
  const watcher = new Watcher(watchingPerson, server, new Bell());
  const line = await SilentProxy.start(server.port);
  let tookMs = 0;
  try {
    await watcher.watch(watched);
    await Promise.all([vanishing.open(line.url), half.open(line.url), half.open(server.url)]);
    await staying.open(server.url);
    await Promise.all(watched.map((person) => watcher.hears(person, "online")));

    const vanishedAt = Date.now();
    line.fallSilent();
    const { at, lastSeenAt = 0 } = await watcher.hears(vanishing.person, "offline", VANISHED_MS);
    tookMs = at - vanishedAt;
    if (lastSeenAt > vanishedAt)
      violations.push(`was last seen ${lastSeenAt - vanishedAt} ms after it vanished`);
    for (const visitor of [half, staying])
      if (watcher.believes(visitor.person) !== "online")
        violations.push(`${visitor.person.user.id} is still there, and was told to be offline`);
  } finally {
    line.close();
    watcher.close();
  }
  const found = `offline told after ${Math.round(tookMs / 1000)} s`;
  return outcome("a line goes dead", "3 users, 2 of 4 tabs vanish", found, violations);
}
