/** The clients of a run: users with a socket in a thread's room, and users with nothing but an open tab. */
import type { Thread } from "../../../src/protocol/model.ts";
import type { ChangeNotifier } from "../support/change-notifier.ts";
import type { Random } from "../support/random.ts";
import { requestJson } from "../support/request-json.ts";
import type { Server } from "../support/server.ts";
import { signIn, type SignedInUser } from "../support/users.ts";
import { ExpectedThread } from "./expected-thread.ts";
import { ResumingClient, type KillContext } from "./resuming-client.ts";
import { PresenceTab } from "./presence-tab.ts";

export interface Clients {
  threads: readonly ExpectedThread[];
  /** One for each thread and member who opens it. */
  rooms: readonly ResumingClient[];
  /** Those of `rooms` that send commands. */
  writers: readonly ResumingClient[];
  /** Every user's presence sockets. */
  tabs: readonly PresenceTab[];
  /** Members who open no thread. */
  tabOnlyUsers: readonly SignedInUser[];
}

/** Creates the users and a group of all, a group of some, and a direct thread; nobody is connected yet. */
export async function createClients(writerCount: number, context: KillContext): Promise<Clients> {
  const { server } = context;
  const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
  const [writing, reading, tabOnlyUsers] = await Promise.all([
    signIn(server, ids("writer", writerCount)),
    signIn(server, ids("reader", 1)),
    signIn(server, ids("tab-only", 2)),
  ]);
  const everyone = [...writing, ...reading, ...tabOnlyUsers];
  const plans = [
    { kind: "group", name: "everyone", members: everyone },
    { kind: "group", name: "some", members: [...writing.slice(1), ...tabOnlyUsers.slice(0, 1)] },
    { kind: "direct", members: writing.slice(0, 2) },
  ];
  const rooms: ResumingClient[] = [];
  const threads: ExpectedThread[] = [];
  for (const { members, ...settings } of plans) {
    const thread = await createThread(server, settings, members);
    threads.push(thread);
    for (const member of members)
      if (!tabOnlyUsers.includes(member)) rooms.push(new ResumingClient(member, thread, context));
  }
  // The first of the tab-only users has two tabs: each must get every notification.
  const tabs = [...everyone, ...tabOnlyUsers.slice(0, 1)].map(
    (user) => new PresenceTab(user, server, context.changes),
  );
  const writers = rooms.filter(({ user }) => writing.includes(user));
  return { threads, rooms, writers, tabs, tabOnlyUsers };
}

async function createThread(
  server: Server,
  settings: { kind: string; name?: string },
  members: readonly SignedInUser[],
): Promise<ExpectedThread> {
  const [creator, ...others] = members;
  if (!creator) throw new Error("a thread needs a member");
  const memberIds = others.map(({ id }) => id);
  const { id } = await requestJson<Thread>(server, creator, "POST", "/api/threads", {
    ...settings,
    memberIds,
  });
  return new ExpectedThread(
    id,
    members.map((member) => member.id),
  );
}

/** Moves the read marker of a random tab-only user in a random thread to a random message. */
export async function moveReadMarker(server: Server, clients: Clients, random: Random): Promise<void> {
  const reader = random.pick(clients.tabOnlyUsers);
  const thread = random.pick(clients.threads.filter(({ memberIds }) => memberIds.includes(reader.id)));
  if (thread.newestSeq === 0) return;
  const seq = random.between(1, thread.newestSeq);
  await requestJson(server, reader, "PUT", `/api/threads/${thread.threadId}/read`, { seq });
  thread.read(reader.id, seq);
}

/** Connects all of these; resolves when each has its `welcome`. */
export async function connectAll(
  clients: readonly (ResumingClient | PresenceTab)[],
  changes: ChangeNotifier,
): Promise<void> {
  for (const client of clients) client.connect();
  await changes.until(
    () => clients.every(({ isWelcomed }) => isWelcomed),
    () => `the welcome of ${clients.filter(({ isWelcomed }) => !isWelcomed).length} clients`,
  );
}

/** Resolves when no client is connected any more. */
export async function allDisconnected({ rooms, tabs }: Clients): Promise<void> {
  await Promise.all([...rooms, ...tabs].map((client) => client.disconnected()));
}
