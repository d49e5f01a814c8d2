/** Users of a host application: each has a host token, and makes requests to the Worker with it. */
import { env, exports } from "cloudflare:workers";
import { SignJWT } from "jose";
import { shardOf } from "../../src/rpc/shards.ts";
import { requireDocumented } from "./documented.ts";
import type { User } from "../../src/protocol/model.ts";

export const ORIGIN = "https://lilypad.test";

/** A host application's token. `claims` override the ordinary ones; undefined removes one. */
export async function hostToken(
  claims: Record<string, unknown>,
  secret = env.AUTH_SECRET ?? "",
): Promise<string> {
  const all = { name: claims["sub"], exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
}

let serial = 0;

/** A name that is unique in this run, so that the tests of a file do not affect one another. */
export function unique(stem: string): string {
  return `${stem}-${++serial}-${crypto.randomUUID().slice(0, 8)}`;
}

export interface Person {
  user: User;
  token: string;
  /** A request with this person's token; `body` goes as JSON. */
  call: (method: string, path: string, body?: unknown) => Promise<Response>;
}

/** A user who is unknown to Lilypad: their token is valid and was never used. Their id is one that is wanted. */
export async function unknownPerson(
  name = "Ada",
  isWanted: (id: string) => boolean = () => true,
): Promise<Person> {
  let id = unique(name.toLowerCase());
  while (!isWanted(id)) id = unique(name.toLowerCase());
  const user = { id, name };
  const token = await hostToken({ sub: user.id, name });
  return {
    user,
    token,
    call: (method, path, body) => call(method, path, body, { authorization: `Bearer ${token}` }),
  };
}

let lastRenamedAt = 0;

/** The same user, named otherwise by their host: with a token of that name, later than all before, which was not used yet. */
export async function renamed(
  who: Person,
  name: string,
  claims: Record<string, unknown> = {},
): Promise<Person> {
  const user = { id: who.user.id, name };
  lastRenamedAt = Math.max(lastRenamedAt, Date.now()) + 1;
  const token = await hostToken({ sub: user.id, name, iat: lastRenamedAt / 1000, ...claims });
  return {
    user,
    token,
    call: (method, path, body) => call(method, path, body, { authorization: `Bearer ${token}` }),
  };
}

/** A known user: one who has signed in once. */
export async function person(name = "Ada"): Promise<Person> {
  const who = await unknownPerson(name);
  await signIn(who);
  return who;
}

/** A known user whom another Presence shard has than this one. */
export async function personInOtherShard(than: Person, name: string): Promise<Person> {
  const shardOfUser = (id: string) => shardOf(id, Number(env.PRESENCE_SHARDS));
  const other = await unknownPerson(name, (id) => shardOfUser(id) !== shardOfUser(than.user.id));
  await signIn(other);
  return other;
}

/** Makes a user known. */
export async function signIn(who: Person): Promise<void> {
  const response = await who.call("POST", "/api/session");
  if (response.status !== 201) {
    throw new Error(`sign-in answered ${response.status}: ${await response.text()}`);
  }
}

/** A request to the Worker, through its own `fetch`. Throws where the answer is not as it is documented. */
export async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const init: RequestInit = { method, headers: { ...headers } };
  if (body !== undefined) {
    init.headers = { ...headers, "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await exports.default.fetch(new Request(ORIGIN + path, init));
  await requireDocumented(method, ORIGIN + path, response);
  return response;
}

/** A new thread that `owner` creates, with these other members. */
export async function newThread(
  owner: Person,
  kind: "direct" | "group" | "public",
  others: Person[] = [],
  name?: string,
) {
  const response = await owner.call("POST", "/api/threads", {
    kind,
    memberIds: others.map((other) => other.user.id),
    ...(name !== undefined && { name }),
  });
  if (response.status !== 201 && response.status !== 200) {
    throw new Error(`creating a thread answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as import("../../src/protocol/model.ts").Thread;
}
