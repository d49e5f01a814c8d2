/** Bytes per stored item, from the growth of the objects' databases by many of them. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import type { ThreadUpdate } from "../../../src/rpc/thread-update.ts";
import { threadStub } from "../../support/objects.ts";
import { newThread, person, unique } from "../../support/host-users.ts";
import { openThread, type TestSocket } from "../../support/socket.ts";
import type { StoredBytes } from "../measurement.ts";
import type { Workload } from "../workload.ts";

const MESSAGES = 3_000;
const CHANGES = 1_000;
const IN_SHARD = 500;
const FRAME = 100;

type PresenceRpc = {
  signIn: (user: { id: string; name: string }) => Promise<void>;
  threadChanged: (update: ThreadUpdate) => Promise<void>;
};

/** `thread`: the bytes of a thread of the workload's size without messages. */
export async function measuredStorage(workload: Workload, thread: number): Promise<StoredBytes> {
  return { thread, ...(await inThread(workload)), ...(await inShard()) };
}

/** The size of an object's database, in bytes. */
export function bytesOf(stub: DurableObjectStub): Promise<number> {
  return runInDurableObject(stub, (_object, { storage }) => storage.sql.databaseSize);
}

async function inThread(workload: Workload): Promise<Pick<StoredBytes, "message" | "change">> {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { id } = await newThread(ada, "group", [bob]);
  const room = await openThread(ada, id);
  const stub = threadStub(id);
  const body = "x".repeat(workload["body-length"]);
  const empty = await bytesOf(stub);
  await sendMany(room, MESSAGES, () => ({ type: "chat", body }));
  const full = await bytesOf(stub);
  await sendMany(room, CHANGES, (i) => ({ type: "edit", seq: i + 1, body }));
  const changed = await bytesOf(stub);
  return { message: (full - empty) / MESSAGES, change: (changed - full) / CHANGES };
}

/** Sends so many commands in full frames; resolves when all are acknowledged. */
async function sendMany(room: TestSocket, count: number, command: (i: number) => object): Promise<void> {
  for (let from = 0; from < count; from += FRAME) {
    const commands = Array.from({ length: FRAME }, (_, i) => ({
      ...command(from + i),
      id: crypto.randomUUID(),
    }));
    room.send(commands);
    await room.next("ack", ({ id }) => id === commands.at(-1)?.id);
  }
}

/** In a shard of its own, so that no other rows are counted. */
async function inShard(): Promise<Pick<StoredBytes, "shard" | "user" | "threadInShard" | "membership">> {
  const stub = env.PRESENCE.get(env.PRESENCE.idFromName(unique("measured")));
  const presence = stub as unknown as PresenceRpc;
  const empty = await bytesOf(stub);
  const users = Array.from({ length: IN_SHARD }, () => ({ id: crypto.randomUUID(), name: "Ada Lovelace" }));
  await Promise.all(users.map((user) => presence.signIn(user)));
  const withUsers = await bytesOf(stub);
  // At once: a shard gathers the updates of a moment, and one by one each would wait for that.
  await Promise.all(users.map((user) => presence.threadChanged(updateFor([user.id], user))));
  const threads = await bytesOf(stub);
  const [author = { id: "", name: "" }] = users;
  await presence.threadChanged(
    updateFor(
      users.map(({ id }) => id),
      author,
    ),
  );
  const membership = ((await bytesOf(stub)) - threads) / IN_SHARD;
  return {
    shard: empty,
    user: (withUsers - empty) / IN_SHARD,
    threadInShard: Math.max(0, (threads - withUsers) / IN_SHARD - membership),
    membership,
  };
}

/** The update that notifies a shard of a thread with one message. */
function updateFor(members: readonly string[], author: { id: string; name: string }): ThreadUpdate {
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
