/** Who is there when it happens: writers and readers in rooms, others with a tab alone, and what all of them are owed. */
import type { Thread } from "../../../src/protocol/model.ts";
import { ask } from "../support/ask.ts";
import type { Bell } from "../support/bell.ts";
import { people, type Person } from "../support/people.ts";
import type { Random } from "../support/random.ts";
import type { Server } from "../support/server.ts";
import { Ledger } from "./ledger.ts";
import { RoomClient, type RoomParts } from "./room-client.ts";
import { Tab } from "./tab.ts";

export interface World {
  ledgers: readonly Ledger[];
  /** One for each member of a thread who is in its room. */
  rooms: readonly RoomClient[];
  /** Of the rooms, those whose members say something. */
  writers: readonly RoomClient[];
  tabs: readonly Tab[];
  /** Those who are in no room. */
  onlookers: readonly Person[];
}

/** A group of all, a group of some, and a direct thread; everyone is connected. */
export async function inhabit(server: Server, writerCount: number, parts: RoomParts): Promise<World> {
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_n, i) => `${prefix}${i + 1}`);
  const [writing, readers, onlookers] = await Promise.all([
    people(server, names("writer", writerCount)),
    people(server, names("reader", 1)),
    people(server, names("onlooker", 2)),
  ]);
  const everyone = [...writing, ...readers, ...onlookers];
  const circles = [
    { kind: "group", name: "everyone", members: everyone },
    { kind: "group", name: "some", members: [...writing.slice(1), ...onlookers.slice(0, 1)] },
    { kind: "direct", members: writing.slice(0, 2) },
  ];
  const rooms: RoomClient[] = [];
  const ledgers: Ledger[] = [];
  for (const { members, ...thread } of circles) {
    const ledger = await createThread(server, thread, members);
    ledgers.push(ledger);
    for (const member of members)
      if (!onlookers.includes(member)) rooms.push(new RoomClient(member, ledger, parts));
  }
  // The first onlooker has two tabs: each of them is owed everything.
  const tabs = [...everyone, ...onlookers.slice(0, 1)].map((person) => new Tab(person, server, parts.bell));
  const writers = rooms.filter(({ person }) => writing.includes(person));
  await comeBack([...rooms, ...tabs], parts.bell);
  return { ledgers, rooms, writers, tabs, onlookers };
}

async function createThread(
  server: Server,
  thread: { kind: string; name?: string },
  members: readonly Person[],
): Promise<Ledger> {
  const [creator, ...others] = members;
  if (!creator) throw new Error("a thread without members");
  const memberIds = others.map(({ user }) => user.id);
  const { id } = await ask<Thread>(server, creator, "POST", "/api/threads", { ...thread, memberIds });
  return new Ledger(
    id,
    members.map(({ user }) => user.id),
  );
}

/** Some onlooker reads some thread, as far as it goes. */
export async function readSomething(server: Server, world: World, random: Random): Promise<void> {
  const reader = random.pick(world.onlookers);
  const ledger = random.pick(world.ledgers.filter(({ memberIds }) => memberIds.includes(reader.user.id)));
  if (ledger.newestSeq === 0) return;
  const seq = random.between(1, ledger.newestSeq);
  await ask(server, reader, "PUT", `/api/threads/${ledger.threadId}/read`, { seq });
  ledger.read(reader.user.id, seq);
}

/** All of these connect; resolves when they are welcomed. */
export async function comeBack(clients: readonly (RoomClient | Tab)[], bell: Bell): Promise<void> {
  for (const client of clients) client.connect();
  await bell.until(
    () => clients.every(({ isWelcomed }) => isWelcomed),
    () => `${clients.filter(({ isWelcomed }) => !isWelcomed).length} to be welcomed`,
  );
}

/** Resolves when nobody is connected any more. */
export async function allLost({ rooms, tabs }: World): Promise<void> {
  await Promise.all([...rooms, ...tabs].map((client) => client.lost()));
}
