/** What an open page does on the wire, request by request as the page that comes with Lilypad and its client do it. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { ThreadPage } from "../../../src/protocol/http.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import type { Person } from "../../support/people.ts";
import { openPresence, openThread, type TestSocket } from "../../support/socket.ts";

export type Tab = TestSocket<PresenceEvent>;

/** A page with a thread open on it. */
export interface Page {
  who: Person;
  tab: Tab;
  room: TestSocket;
}

/** Opens a page: who am I, and then presence. */
export async function openPage(who: Person): Promise<{ who: Person; tab: Tab }> {
  await who.call("GET", "/api/session");
  return { who, tab: await openTab(who) };
}

/** Opens the presence socket, asks for the list, and watches the others that it shows: one for each thread. */
export async function openTab(who: Person): Promise<Tab> {
  const tab = await openPresence(who);
  await tab.next("welcome");
  const list = (await (await who.call("GET", "/api/threads")).json()) as ThreadPage;
  const others = list.threads.flatMap(({ lastMessage }) => lastMessage?.author.id ?? []);
  await watch(
    tab,
    others.filter((id) => id !== who.user.id),
  );
  return tab;
}

/** Opens a thread and has its newest messages. */
export async function openRoom(who: Person, thread: Thread): Promise<TestSocket> {
  const room = await openThread(who, thread.id);
  await room.next("history");
  return room;
}

/** Watches these users until the state of each is known. */
export async function watch(tab: Tab, userIds: readonly string[]): Promise<void> {
  const unknown = new Set(userIds);
  if (unknown.size > 0) tab.send({ type: "watch", userIds: [...unknown] });
  while (unknown.size > 0) unknown.delete((await tab.next("presence")).userId);
}
