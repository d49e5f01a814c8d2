/** What things take in storage: by how much the objects' databases grow for many of them. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import type { ThreadUpdate } from "../../../src/rpc/presence.ts";
import { threadStub } from "../../support/objects.ts";
import { newThread, person, unique } from "../../support/people.ts";
import { openThread, type TestSocket } from "../../support/socket.ts";
import type { Stored } from "../measured.ts";
import type { Use } from "../use.ts";

const MESSAGES = 3_000;
const CHANGES = 1_000;
const IN_SHARD = 500;
const FRAME = 100;

type ShardDoors = {
  signIn: (user: { id: string; name: string }) => Promise<void>;
  threadChanged: (update: ThreadUpdate) => Promise<void>;
};

/** `thread` is what a thread of the asked size takes without a message. */
export async function measuredStorage(use: Use, thread: number): Promise<Stored> {
  return { thread, ...(await inThread(use)), ...(await inShard()) };
}

/** How large an object's database is, in bytes. */
export function bytesOf(stub: DurableObjectStub): Promise<number> {
  return runInDurableObject(stub, (_object, { storage }) => storage.sql.databaseSize);
}

async function inThread(use: Use): Promise<Pick<Stored, "message" | "change">> {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { id } = await newThread(ada, "group", [bob]);
  const room = await openThread(ada, id);
  const stub = threadStub(id);
  const body = "x".repeat(use["body-length"]);
  const empty = await bytesOf(stub);
  await many(room, MESSAGES, () => ({ type: "chat", body }));
  const full = await bytesOf(stub);
  await many(room, CHANGES, (i) => ({ type: "edit", seq: i + 1, body }));
  const changed = await bytesOf(stub);
  return { message: (full - empty) / MESSAGES, change: (changed - full) / CHANGES };
}

/** So many commands, as many in a frame as may be, the last of which is answered when all are. */
async function many(room: TestSocket, count: number, command: (i: number) => object): Promise<void> {
  for (let from = 0; from < count; from += FRAME) {
    const commands = Array.from({ length: FRAME }, (_, i) => ({
      ...command(from + i),
      id: crypto.randomUUID(),
    }));
    room.send(commands);
    await room.next("ack", ({ id }) => id === commands.at(-1)?.id);
  }
}

/** In a shard of their own, so that nobody else's rows count. */
async function inShard(): Promise<Pick<Stored, "shard" | "user" | "threadInShard" | "membership">> {
  const stub = env.PRESENCE.get(env.PRESENCE.idFromName(unique("measured")));
  const doors = stub as unknown as ShardDoors;
  const empty = await bytesOf(stub);
  const users = Array.from({ length: IN_SHARD }, () => ({ id: crypto.randomUUID(), name: "Ada Lovelace" }));
  for (const user of users) await doors.signIn(user);
  const known = await bytesOf(stub);
  for (const user of users) await doors.threadChanged(toldOf([user.id], user));
  const threads = await bytesOf(stub);
  const [author = { id: "", name: "" }] = users;
  await doors.threadChanged(
    toldOf(
      users.map(({ id }) => id),
      author,
    ),
  );
  const membership = ((await bytesOf(stub)) - threads) / IN_SHARD;
  return {
    shard: empty,
    user: (known - empty) / IN_SHARD,
    threadInShard: Math.max(0, (threads - known) / IN_SHARD - membership),
    membership,
  };
}

/** A thread with a newest message, as its shards are told of it. */
function toldOf(members: readonly string[], author: { id: string; name: string }): ThreadUpdate {
  return {
    threadId: env.CHAT_THREAD.newUniqueId().toString(),
    rev: 1,
    kind: "group",
    name: "The pond",
    createdAt: 0,
    seq: 1,
    last: { seq: 1, author, preview: "x".repeat(80), at: 0 },
    joined: members.map((userId) => ({ userId, readSeq: 0 })),
    left: [],
    readers: {},
    senders: { [author.id]: 1 },
  };
}
