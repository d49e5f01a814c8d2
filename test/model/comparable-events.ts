/** What the sockets of a run received, made comparable: without the ids and times that differ from run to run. */
import type { PresenceEvent } from "../../src/protocol/events.ts";
import type { User } from "../../src/protocol/model.ts";
import type { PresenceRun } from "./presence-run.ts";
import { USERS } from "./program.ts";
import type { TabClient } from "./tab-client.ts";

/** An id that a step gave its command, or that the Worker gave one of HTTP. */
const COMMAND_ID = /\bc\d+\b|\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/g;

/** Everything that every socket received, and what the clients made of it. */
export function comparableEvents(run: PresenceRun): unknown {
  const { users, thread } = run.threadRun;
  const names = new Map([
    ...USERS.map((who) => [users[who].user.id, `<${who}>`] as const),
    [thread.id, "<thread>"],
    [thread.epoch, "<epoch>"],
  ]);
  const rooms = run.rooms.map(({ person, seen, state }) => ({ of: person.user.id, seen, state }));
  const tabs = [...run.allTabs, ...run.closedTabs].map(comparableTab);
  return withoutIds({ rooms, tabs }, names);
}

/** Statuses are grouped by user. They come from the user's shard and all else from the tab's own: the order between them is not guaranteed. */
function comparableTab({ person, seen, state }: TabClient) {
  const isPresence = (event: PresenceEvent) => event.type === "presence";
  const states = Map.groupBy(
    seen.filter((event) => event.type === "presence"),
    ({ userId }) => userId,
  );
  return {
    of: person.user.id,
    states: [...states].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    others: seen.filter((event) => !isPresence(event)),
    marks: state.marks,
    unreadThreads: state.unreadThreads,
  };
}

function withoutIds(value: unknown, names: ReadonlyMap<string, string>): unknown {
  let text = JSON.stringify(value, (key, inner: unknown) => {
    if (/At$|^at$|Until$/.test(key)) return "<time>";
    // After an eviction this is collected from the sockets again: the order is not guaranteed.
    return key === "online" ? (inner as User[]).map(({ name }) => name).toSorted() : inner;
  });
  for (const [id, name] of names) text = text.replaceAll(id, name);
  const ids = new Map<string, string>();
  return JSON.parse(
    text.replaceAll(COMMAND_ID, (id) => {
      if (!ids.has(id)) ids.set(id, `<command ${ids.size}>`);
      return ids.get(id) ?? id;
    }),
  ) as unknown;
}
