/** The requests of an open page, as the page in src/web and its client send them. */
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { ThreadPage } from "../../../src/protocol/http.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import type { Person } from "../../support/host-users.ts";
import { openPresence, openThread, type TestSocket } from "../../support/socket.ts";

export type PresenceSocket = TestSocket<PresenceEvent>;

/** A page with an open thread. */
export interface OpenPage {
  user: Person;
  tab: PresenceSocket;
  room: TestSocket;
}

/** Opens a page: requests the session, then opens the presence socket. */
export async function openPage(user: Person): Promise<{ user: Person; tab: PresenceSocket }> {
  await user.call("GET", "/api/session");
  return { user, tab: await openPresenceTab(user) };
}

/** Opens the presence socket, requests the thread list, and subscribes to the last author of each thread. */
export async function openPresenceTab(user: Person): Promise<PresenceSocket> {
  const tab = await openPresence(user);
  await tab.next("welcome");
  const list = (await (await user.call("GET", "/api/threads")).json()) as ThreadPage;
  const others = list.threads.flatMap(({ lastMessage }) => lastMessage?.author.id ?? []);
  await subscribe(
    tab,
    others.filter((id) => id !== user.user.id),
  );
  return tab;
}

/** Opens a thread; resolves with its newest messages received. */
export async function openRoom(user: Person, thread: Thread): Promise<TestSocket> {
  const room = await openThread(user, thread.id);
  await room.next("history");
  return room;
}

/** Subscribes to the status of these users; resolves with the status of each received. */
export async function subscribe(tab: PresenceSocket, userIds: readonly string[]): Promise<void> {
  const unknown = new Set(userIds);
  if (unknown.size > 0) tab.send({ type: "watch", userIds: [...unknown] });
  while (unknown.size > 0) unknown.delete((await tab.next("presence")).userId);
}
