/** A user whose connection dies unnoticed is offline to subscribers within two minutes; one with another tab stays online. */
import { ChangeNotifier } from "../support/change-notifier.ts";
import type { Constants } from "../support/constants.ts";
import type { Server } from "../support/server.ts";
import { SilentProxy } from "../support/silent-proxy.ts";
import { scenarioOutcome, signInWithSharedGroups, type ScenarioOutcome } from "./scenario.ts";
import { Subscriber } from "./subscriber.ts";
import { WatchedUser } from "./watched-user.ts";

/** The contract's limit. */
const DETECTED_WITHIN_MS = 120_000;

/** With these, a tab that is silent for 10 s is detected by the next of the rounds, which are 12 s apart. */
export const HASTENED: Constants = {
  "src/protocol/limits.ts": { PING_MS: 2_000 },
  "src/presence/status/tab-sockets.ts": { SILENT_MS: 10_000 },
  "src/presence/status/status-publisher.ts": { ROUND_MS: 12_000 },
};
const HASTENED_WITHIN_MS = 40_000;

export async function deadConnection(
  server: Server,
  { hasten }: { hasten: boolean },
): Promise<ScenarioOutcome> {
  const violations: string[] = [];
  const withinMs = hasten ? HASTENED_WITHIN_MS : DETECTED_WITHIN_MS;
  const signedIn = await signInWithSharedGroups(server, {
    subscribers: ["dead-connection-subscriber"],
    watched: ["loses-only-tab", "loses-one-of-two-tabs", "loses-no-tab"],
  });
  const [losesAll, losesOne, losesNone] = signedIn.watched.map((user) => new WatchedUser(user));
  const [subscribing] = signedIn.subscribers;
  if (!losesAll || !losesOne || !losesNone || !subscribing) throw new Error("a user is missing");
  const subscriber = new Subscriber(subscribing, server, new ChangeNotifier());
  const proxy = await SilentProxy.start(server.port);
  let tookMs = 0;
  try {
    await subscriber.subscribe(signedIn.watched);
    await Promise.all([
      losesAll.openTab(proxy.url),
      losesOne.openTab(proxy.url),
      losesOne.openTab(server.url),
    ]);
    await losesNone.openTab(server.url);
    await Promise.all(signedIn.watched.map((user) => subscriber.seesStatus(user, "online")));

    const silentAt = Date.now();
    proxy.goSilent();
    const { at, lastSeenAt = 0 } = await subscriber.seesStatus(losesAll.user, "offline", withinMs);
    tookMs = at - silentAt;
    if (lastSeenAt > silentAt)
      violations.push(`last seen ${lastSeenAt - silentAt} ms after the connection died`);
    for (const { user } of [losesOne, losesNone])
      if (subscriber.latest(user) !== "online")
        violations.push(`${user.id} has a live tab and is reported offline`);
  } finally {
    proxy.close();
    subscriber.close();
  }
  const result = `offline after ${Math.round(tookMs / 1000)} s`;
  return scenarioOutcome("dead connection", "3 users, 2 of 4 connections die", result, violations);
}
