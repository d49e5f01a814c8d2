/** What the sockets of a run received, made comparable: without the ids and times that differ from run to run. */
import type { PresenceEvent } from "../../src/protocol/events.ts";
import type { User } from "../../src/protocol/model.ts";
import type { PresenceRun } from "./presence-run.ts";
import { USERS } from "./program.ts";
import type { TabClient } from "./tab-client.ts";

/** Everything that every socket received, and what the clients made of it. */
export function comparableEvents(run: PresenceRun): unknown {
  const { users, thread } = run.threadRun;
  const names = new Map([
    ...USERS.map((who) => [users[who].user.id, `<${who}>`] as const),
    [thread.id, "<thread>"],
    [thread.epoch, "<epoch>"],
  ]);
  const rooms = run.rooms.map(({ person, seen, state }) => ({ of: person.user.id, seen, state }));
  const tabs = [...run.allTabs, ...run.closedTabs].map(tabOutcome);
  return anonymous({ rooms, tabs }, names);
}

/** A user's status comes from that user's shard, an update of the thread from the tab's own: between the two no order is promised. */
function tabOutcome({ person, seen, state }: TabClient) {
  const isPresence = (event: PresenceEvent) => event.type === "presence";
  const states = Map.groupBy(
    seen.filter((event) => event.type === "presence"),
    ({ userId }) => userId,
  );
  return {
    of: person.user.id,
    states: [...states].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    news: seen.filter((event) => !isPresence(event)),
    marks: state.marks,
    unreadThreads: state.unreadThreads,
  };
}

function anonymous(value: unknown, names: ReadonlyMap<string, string>): unknown {
  let text = JSON.stringify(value, (key, inner: unknown) => {
    if (/At$|^at$/.test(key)) return "<time>";
    // Who is here is counted anew from the sockets after an eviction: the order is not promised.
    return key === "online" ? (inner as User[]).map(({ name }) => name).toSorted() : inner;
  });
  for (const [id, name] of names) text = text.replaceAll(id, name);
  const ids = new Map<string, string>();
  return JSON.parse(
    text.replaceAll(/\bc\d+\b/g, (id) => {
      if (!ids.has(id)) ids.set(id, `<command ${ids.size}>`);
      return ids.get(id) ?? id;
    }),
  ) as unknown;
}
