/** A deployment that is resharded: deployed with one number of shards, then with another, and the command between. */
import {
  abortAllDurableObjects,
  listDurableObjectIds,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { configOf } from "../../../src/config/config.ts";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import { movedUsers, type MovedUsers } from "../../../src/protocol/http.ts";
import type { Thread, ThreadSummary } from "../../../src/protocol/model.ts";
import { SUBPROTOCOL } from "../../../src/protocol/subprotocol.ts";
import type { Presence } from "../../../src/presence/presence.ts";
import { shardOf } from "../../../src/rpc/shards.ts";
import worker from "../../../src/worker/index.ts";
import { threadStub } from "../../support/objects.ts";
import { unknownPerson, ORIGIN, type Person } from "../../support/host-users.ts";
import { TestSocket } from "../../support/socket.ts";
import { eventually } from "../../support/eventually.ts";

export const ADMIN_SECRET = "the-secret-of-an-administrator-0123";

interface Shards {
  shards: number;
  /** The number of shards before, while users are being moved. */
  before?: number;
}

const original: Env = { ...env };
let settings: Env = env;

/** Deploys the Worker with these settings, and restarts every object with them. All sockets are closed. */
export async function deploy({ shards, before }: Shards): Promise<void> {
  await configure({
    ...original,
    PRESENCE_SHARDS: String(shards),
    PRESENCE_SHARDS_BEFORE: before === undefined ? "" : String(before),
    RATE_LIMITS: "off",
    ADMIN_SECRET,
  });
  await abortAllDurableObjects();
}

async function configure(next: Env): Promise<void> {
  Object.assign(env, next);
  settings = { ...env };
  // All objects of a run share one `env`, whose parsed settings are cached.
  await runInDurableObject(shard(0), (object) => {
    const { env: own } = object as unknown as { env: Env };
    Object.assign(configOf(own), configOf(settings));
  });
}

/** A request to the current deployment of the Worker. */
export async function request(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Response> {
  const json = body !== undefined && {
    body: JSON.stringify(body),
    headers: { ...headers, "content-type": "application/json" },
  };
  const asked = new Request(ORIGIN + path, { method, headers, ...json });
  return worker.fetch(asked as Parameters<typeof worker.fetch>[0], settings);
}

/** A request as this user. Resolves with the response's body; throws where it is an error. */
export async function ask<T>(who: Person, method: string, path: string, body?: unknown): Promise<T> {
  const response = await request(method, path, body, { authorization: `Bearer ${who.token}` });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** As `reset`, also for objects that are not running; and restores the settings. */
export async function resetAll(): Promise<void> {
  await configure(original);
  for (const id of await listDurableObjectIds(env.PRESENCE))
    await runInDurableObject(env.PRESENCE.get(id), () => undefined);
  await reset();
}

/** A shard, and the number of shards. */
interface Place {
  shard: number;
  of: number;
}

/** A user who is unknown to Lilypad; of this shard, if one is given. */
export function unknownPersonOn(name: string, place?: Place): Promise<Person> {
  return unknownPerson(name, (id) => !place || shardOf(id, place.of) === place.shard);
}

/** A user who has signed in; of this shard, if one is given. */
export async function signedIn(name: string, place?: Place): Promise<Person> {
  const who = await unknownPersonOn(name, place);
  await ask(who, "POST", "/api/session");
  return who;
}

export async function createGroup(owner: Person, ...others: Person[]): Promise<string> {
  const memberIds = others.map(({ user }) => user.id);
  const { id } = await ask<Thread>(owner, "POST", "/api/threads", { kind: "group", memberIds });
  return id;
}

export async function sendMessage(who: Person, threadId: string, body = "hello"): Promise<void> {
  await ask(who, "POST", `/api/threads/${threadId}/messages`, { body });
}

/** A user's list of threads. */
export async function threadsOf(who: Person): Promise<ThreadSummary[]> {
  return (await ask<{ threads: ThreadSummary[] }>(who, "GET", "/api/threads?limit=200")).threads;
}

/** Opens a user's tab, whose next event is its welcome. */
export function openTab(who: Person): Promise<TestSocket<PresenceEvent>> {
  return openSocket(who, "/api/presence/socket");
}

export async function openSocket(who: Person, path: string): Promise<TestSocket<PresenceEvent>> {
  const response = await request("GET", path, undefined, {
    upgrade: "websocket",
    authorization: `Bearer ${who.token}`,
    "sec-websocket-protocol": SUBPROTOCOL,
  });
  if (!response.webSocket) throw new Error(`upgrade answered ${response.status}: ${await response.text()}`);
  return new TestSocket<PresenceEvent>(response.webSocket, response.headers.get("sec-websocket-protocol"));
}

export function shard(number: number): DurableObjectStub<Presence> {
  return env.PRESENCE.get(env.PRESENCE.idFromName(`shard-${number}`));
}

/** One step of the resharding command. */
export async function moveStep(from: number, before: number, after: number): Promise<MovedUsers> {
  const headers = { authorization: `Bearer ${ADMIN_SECRET}` };
  const body = { shard: from, before, after };
  const response = await request("POST", "/api/admin/presence/moves", body, headers);
  const text = await response.text();
  if (!response.ok) throw new Error(`a step answered ${response.status}: ${text}`);
  return movedUsers.parse(JSON.parse(text));
}

/** Runs the resharding command for one shard. Resolves with the number of its steps. */
export async function moveShard(from: number, before: number, after: number): Promise<number> {
  for (let steps = 1; ; steps++) if ((await moveStep(from, before, after)).done) return steps;
}

/** Waits until the shard of this member has been notified of the thread's newest message. */
export async function awaitNotification(who: Person, threadId: string): Promise<void> {
  const { seq } = await ask<Thread>(who, "GET", `/api/threads/${threadId}`);
  // The runtime may be at the alarm already, so ringing it here is only to hurry.
  await runDurableObjectAlarm(threadStub(threadId));
  await eventually(async () =>
    expect((await threadsOf(who)).find(({ id }) => id === threadId)).toMatchObject({ seq }),
  );
}

/** Every value that a shard stores, as one text. */
export function storedIn(number: number): Promise<string> {
  return runInDurableObject(shard(number), (_object, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'
         AND name <> 'departure'`,
      )
      .toArray();
    return JSON.stringify(tables.map(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()));
  });
}
