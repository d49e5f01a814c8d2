/** The users of a measurement and their thread, with the size and the number of readers of the workload. */
import { env } from "cloudflare:workers";
import { presenceStubOf, shardOf } from "../../../src/rpc/shards.ts";
import { MEMBER_IDS } from "../../../src/protocol/limits.ts";
import type { Thread, User } from "../../../src/protocol/model.ts";
import { threadStub } from "../../support/objects.ts";
import { call, hostToken, newThread, unique, type Person } from "../../support/host-users.ts";
import { runAlarm } from "../clock.ts";
import type { BilledOperations } from "../counts.ts";
import { meter } from "../meter.ts";
import type { Workload } from "../workload.ts";
import { openPage, openRoom, type OpenPage } from "./page.ts";

export interface Group {
  thread: Thread;
  /** The cost of creating the thread. */
  creation: BilledOperations;
  /** The member who opens and closes pages during the measurement. */
  visitor: Person;
  /** Who has the thread open all the time: the sender first, then the readers. */
  present: Person[];
  /** How many shards the members are in. */
  shardsConcerned: number;
}

export interface Participants extends Omit<Group, "present"> {
  /** The pages of those who have the thread open. */
  openPages: OpenPage[];
}

const SHARDS = Number(env.PRESENCE_SHARDS);
/** Sessions outlast the measurement, except where their end is measured. */
const LONG_SESSION_S = 7 * 24 * 3_600;

/** A user who has signed in, in the shard if one is given. */
export async function signedInUser(name: string, shard?: number): Promise<User> {
  for (;;) {
    const id = unique(name.toLowerCase());
    if (shard !== undefined && shardOf(id, SHARDS) !== shard) continue;
    const user = { id, name };
    await presenceStubOf(env, id).signIn(user);
    return user;
  }
}

/** This user with a token that expires after so many seconds. */
export async function withToken(user: User, seconds: number): Promise<Person> {
  const exp = Math.floor(Date.now() / 1_000) + seconds;
  const token = await hostToken({ sub: user.id, name: user.name, exp });
  return {
    user,
    token,
    call: (method, path, body) => call(method, path, body, { authorization: `Bearer ${token}` }),
  };
}

export async function createParticipants(workload: Workload): Promise<Participants> {
  const { present, ...group } = await createGroup(workload);
  await addToThreads(group.visitor, workload["threads-per-user"] - 1);
  const openPages: OpenPage[] = [];
  for (const user of present)
    openPages.push({ ...(await openPage(user)), room: await openRoom(user, group.thread) });
  return { ...group, openPages };
}

export async function createGroup(workload: Workload): Promise<Group> {
  const size = workload["thread-size"];
  const shardsConcerned = shardsOf(size);
  const users: User[] = [];
  for (let i = 0; i < size; i++) users.push(await signedInUser("Member", i % shardsConcerned));
  // The sender and the readers; the visitor is one of the readers where there are any.
  const readers = Math.min(size - 2, Math.round(workload["readers-online"] * (size - 1)));
  const active = await Promise.all(
    users.slice(0, 2 + readers).map((user) => withToken(user, LONG_SESSION_S)),
  );
  const [owner, visitor, ...others] = active;
  if (!owner || !visitor) throw new Error("a thread needs two members");

  const creating = Promise.withResolvers<Thread>();
  const creation = await meter(async () => {
    const thread = await createThread(owner, users.slice(1));
    await runAlarm(threadStub(thread.id));
    creating.resolve(thread);
  });
  return {
    thread: await creating.promise,
    creation,
    visitor,
    present: [owner, ...others],
    shardsConcerned,
  };
}

/** In how many of the shards so many are on average: users are spread over shards by a hash, sessions by chance. */
export function shardsOf(members: number, shards = SHARDS): number {
  return Math.round(shards * (1 - (1 - 1 / shards) ** members));
}

/** Creates a group of all of them; those who do not fit into one request are added one by one. */
async function createThread(owner: Person, others: readonly User[]): Promise<Thread> {
  const ids = others.map(({ id }) => id);
  const answer = await owner.call("POST", "/api/threads", {
    kind: "group",
    memberIds: ids.slice(0, MEMBER_IDS),
  });
  if (answer.status !== 201) throw new Error(`creating a thread answered ${answer.status}`);
  const thread = (await answer.json()) as Thread;
  for (const id of ids.slice(MEMBER_IDS)) {
    const put = await owner.call("PUT", `/api/threads/${thread.id}/members/${id}`, {});
    if (!put.ok) throw new Error(`adding a member answered ${put.status}`);
  }
  return thread;
}

/** Adds this user to so many more threads, each with a message of a user in another shard. */
async function addToThreads(user: Person, threads: number): Promise<void> {
  const friend = await withToken(await signedInUser("Friend", SHARDS - 1), LONG_SESSION_S);
  for (let i = 0; i < threads; i++) {
    const { id } = await newThread(user, "group", [friend]);
    await friend.call("POST", `/api/threads/${id}/messages`, { body: "hello" });
    await runAlarm(threadStub(id));
  }
}
