/** However a user names another, what is done for a stranger's id is the same, whether anybody has it, or blocks them, or not. */
import { env } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { shardOf } from "../../../src/rpc/shards.ts";
import { holdWaits, runAlarm, startClock } from "../../cost/clock.ts";
import { meter } from "../../cost/meter.ts";
import { CLASSES, type BilledOperations } from "../../cost/counts.ts";
import { settle } from "../../presence/shard.ts";
import { heldAt, interceptCalls } from "../../support/calls.ts";
import { gate } from "../../support/gate.ts";
import { newThread, person, signIn, unknownPerson, type Person } from "../../support/host-users.ts";
import { shardStub } from "../../support/objects.ts";
import { useSettings } from "../../support/settings.ts";
import { openPresence } from "../../support/socket.ts";
import { SocketIoTestSocket } from "../../support/socketio.ts";
import { decline, notified, put, withdraw, write } from "./people.ts";

beforeEach(async () => {
  startClock();
  await useSettings({ contactPolicy: "consent", userSearch: "off" });
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const SHARDS = Number(env.PRESENCE_SHARDS);

/** One whom nobody knows yet, of this shard: where two users share one, some calls are none. */
function unknownIn(shard: number): Promise<Person> {
  return unknownPerson("Ada", (id) => shardOf(id, SHARDS) === shard);
}

async function knownIn(shard: number): Promise<Person> {
  const one = await unknownIn(shard);
  await signIn(one);
  return one;
}

/** Whose id it is that is named. */
const OTHERS = {
  nobody: async () => unknownIn(2),
  "a stranger": async () => {
    const stranger = await knownIn(2);
    await newThread(stranger, "group");
    return stranger;
  },
  "one who blocks": async (ada: Person) => {
    const blocking = await knownIn(2);
    await blocking.call("PUT", `/api/blocks/${ada.user.id}`);
    return blocking;
  },
};

/** What Ada, who owns a thread, does with an id. Whatever comes before is not counted. */
type Entrance = (ada: Person, own: string) => Promise<(id: string) => Promise<unknown>>;

const statusOf = async (response: Promise<Response>) => (await response).status;

const HTTP: [
  name: string,
  method: string,
  path: (id: string, own: string) => string,
  body?: (id: string) => object,
][] = [
  ["looks up", "GET", (id) => `/api/users/${id}`],
  ["asks for the status of", "GET", (id) => `/api/presence?ids=${id}`],
  ["blocks", "PUT", (id) => `/api/blocks/${id}`],
  ["blocks no longer", "DELETE", (id) => `/api/blocks/${id}`],
  ["invites", "PUT", (id, own) => `/api/threads/${own}/members/${id}`],
  ["withdraws an invitation of", "DELETE", (id, own) => `/api/threads/${own}/members/${id}`],
  [
    "makes a moderator of",
    "PUT",
    (id, own) => `/api/threads/${own}/members/${id}`,
    () => ({ role: "moderator" }),
  ],
  [
    "times out",
    "PUT",
    (id, own) => `/api/threads/${own}/members/${id}`,
    () => ({ timeoutUntil: Date.now() + 60_000 }),
  ],
  ["bans", "PUT", (id, own) => `/api/threads/${own}/bans/${id}`, () => ({})],
  ["lifts a ban of", "DELETE", (id, own) => `/api/threads/${own}/bans/${id}`],
  ["opens a direct thread with", "POST", () => "/api/threads", (id) => ({ kind: "direct", memberIds: [id] })],
  ["makes a group with", "POST", () => "/api/threads", (id) => ({ kind: "group", memberIds: [id] })],
  ["chats over the first front end with", "POST", () => "/api/chat_threads", (id) => ({ receiverId: id })],
];

const ENTRANCES: [name: string, entrance: Entrance][] = [
  ...HTTP.map(([name, method, path, body]): [string, Entrance] => [
    name,
    async (ada, own) => (id) => statusOf(ada.call(method, path(id, own), body?.(id))),
  ]),
  [
    "watches over a socket",
    async (ada) => {
      const tab = await openPresence(ada);
      await tab.next("welcome");
      return async (id) => {
        tab.send({ type: "watch", userIds: [id] });
        await settle(tab);
        return tab.events.filter(({ type }) => type === "presence");
      };
    },
  ],
  [
    "watches over Socket.IO",
    async (ada) => {
      const client = await SocketIoTestSocket.connect(ada);
      return (id) => client.ask("watch", { userIds: [id] });
    },
  ],
];

/** What is answered, and what it takes: calls, what is written, alarms. What is read depends on how many threads one is in. */
async function taken(entrance: Entrance, whose: keyof typeof OTHERS) {
  // The schema of a shard that starts is written before.
  const [ada] = [await knownIn(1), await knownIn(2)];
  const { id: own } = await newThread(ada, "group");
  const other = await OTHERS[whose](ada);
  const ask = await entrance(ada, own);
  let answer: unknown;
  // No alarm is pending that came of somebody else.
  await runAlarm(shardStub(ada.user.id));
  const spent = await meter(async () => {
    answer = await ask(other.user.id);
    await notified(own);
  });
  return { answer, spent: withoutReads(spent) };
}

function withoutReads(spent: BilledOperations): BilledOperations {
  for (const of of CLASSES) spent[of].rowsRead = 0;
  return spent;
}

describe.each(ENTRANCES)("a user who %s somebody", (name, entrance) => {
  it("is answered by the same steps for nobody's id, a stranger's, and that of one who blocks them", async () => {
    holdWaits();
    const unknown = await taken(entrance, "nobody");
    expect(await taken(entrance, "a stranger")).toEqual(unknown);
    const blocking = await taken(entrance, "one who blocks");
    // The thread notes the block in the commit that confirms its notification.
    if (/direct thread|front end/.test(name)) unknown.spent.thread.rowsWritten += 1;
    expect(blocking).toEqual(unknown);
  });
});

it("what becomes of those who are asked is not waited for: who declined is notified of nothing", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { id } = await newThread(ada, "group", [bob]);
  const direct = await newThread(ada, "direct", [bob]);
  await write(ada, direct.id);
  for (const threadId of [id, direct.id]) expect(await decline(bob, threadId)).toBe(204);
  await withdraw(ada, id, bob.user);
  const slow = gate();
  interceptCalls("PRESENCE", "threadChanged", heldAt(slow));
  const message = `/api/threads/${direct.id}/messages/1`;
  const member = `/api/threads/${id}/members/${bob.user.id}`;
  const ban = `/api/threads/${id}/bans/${bob.user.id}`;
  expect(await statusOf(ada.call("PUT", member))).toBe(202);
  expect(await statusOf(ada.call("DELETE", member))).toBe(204);
  expect(await statusOf(ada.call("PUT", ban, {}))).toBe(200);
  expect(await statusOf(ada.call("PATCH", message, { body: "other" }))).toBe(200);
  expect(await statusOf(ada.call("DELETE", message))).toBe(204);
  slow.open();
  await notified(id);
  expect(await put(ada, (await newThread(ada, "group")).id, bob.user)).toMatchObject({ status: 202 });
});
