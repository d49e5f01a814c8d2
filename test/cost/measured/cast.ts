/** The people of a measurement and their thread: as large as asked for, with so many of them there. */
import { env } from "cloudflare:workers";
import { presenceStubOf, shardOf } from "../../../src/rpc/shards.ts";
import { MEMBER_IDS } from "../../../src/protocol/limits.ts";
import type { Thread, User } from "../../../src/protocol/model.ts";
import { threadStub } from "../../support/objects.ts";
import { call, hostToken, newThread, unique, type Person } from "../../support/people.ts";
import { ring } from "../clock.ts";
import type { Spent } from "../counts.ts";
import { meter } from "../meter.ts";
import type { Use } from "../use.ts";
import { openPage, openRoom, type Page } from "./page.ts";

export interface Cast {
  thread: Thread;
  /** What making the thread cost. */
  made: Spent;
  /** The member who comes and goes while it is measured. */
  visitor: Person;
  /** Those who have the thread open all the time: the sender first, then the readers. */
  here: Page[];
  /** Of how many shards the members are. */
  shardsConcerned: number;
}

const SHARDS = Number(env.PRESENCE_SHARDS);
/** Nobody's session ends while it is measured, but where it is meant to. */
const LONG_S = 7 * 24 * 3_600;

/** Somebody who has signed in, in a way that costs the test little; of this shard, where it matters. */
export async function known(name: string, shard?: number): Promise<User> {
  for (;;) {
    const id = unique(name.toLowerCase());
    if (shard !== undefined && shardOf(id, SHARDS) !== shard) continue;
    const user = { id, name };
    await presenceStubOf(env, id).signIn(user);
    return user;
  }
}

/** The same person with a token that lasts so long. */
export async function withToken(user: User, seconds: number): Promise<Person> {
  const exp = Math.floor(Date.now() / 1_000) + seconds;
  const token = await hostToken({ sub: user.id, name: user.name, exp });
  return {
    user,
    token,
    call: (method, path, body) => call(method, path, body, { authorization: `Bearer ${token}` }),
  };
}

export async function castFor(use: Use): Promise<Cast> {
  const size = use["thread-size"];
  const shardsConcerned = shardsOf(size);
  const users: User[] = [];
  for (let i = 0; i < size; i++) users.push(await known("Member", i % shardsConcerned));
  // One who sends, and the readers: the visitor is one of them, where there are any.
  const readers = Math.min(size - 2, Math.round(use["readers-online"] * (size - 1)));
  const active = await Promise.all(users.slice(0, 2 + readers).map((user) => withToken(user, LONG_S)));
  const [owner, visitor, ...others] = active;
  if (!owner || !visitor) throw new Error("a thread has two members at least");

  const making = Promise.withResolvers<Thread>();
  const made = await meter(async () => {
    const thread = await madeBy(owner, users.slice(1));
    await ring(threadStub(thread.id));
    making.resolve(thread);
  });
  const thread = await making.promise;
  await alsoIn(visitor, use["threads-per-user"] - 1);

  const here: Page[] = [];
  for (const who of [owner, ...others])
    here.push({ ...(await openPage(who)), room: await openRoom(who, thread) });
  return { thread, made, visitor, here, shardsConcerned };
}

/** Of how many shards so many members are, on average: ids are spread over shards as if by chance. */
function shardsOf(members: number): number {
  return Math.round(SHARDS * (1 - (1 - 1 / SHARDS) ** members));
}

/** A group of all of them: those who do not fit into one request join one by one. */
async function madeBy(owner: Person, others: readonly User[]): Promise<Thread> {
  const ids = others.map(({ id }) => id);
  const answer = await owner.call("POST", "/api/threads", {
    kind: "group",
    memberIds: ids.slice(0, MEMBER_IDS),
  });
  if (answer.status !== 201) throw new Error(`making a thread answered ${answer.status}`);
  const thread = (await answer.json()) as Thread;
  for (const id of ids.slice(MEMBER_IDS)) {
    const put = await owner.call("PUT", `/api/threads/${thread.id}/members/${id}`, {});
    if (!put.ok) throw new Error(`adding a member answered ${put.status}`);
  }
  return thread;
}

/** So many further threads of this person's, each with a message of somebody of another shard. */
async function alsoIn(who: Person, threads: number): Promise<void> {
  const friend = await withToken(await known("Friend", SHARDS - 1), LONG_S);
  for (let i = 0; i < threads; i++) {
    const { id } = await newThread(who, "group", [friend]);
    await friend.call("POST", `/api/threads/${id}/messages`, { body: "hello" });
    await ring(threadStub(id));
  }
}
