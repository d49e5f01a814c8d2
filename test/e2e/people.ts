/** Users of the started server, who sign in by tokens as a host application signs them and call the HTTP API. */
import { SignJWT } from "jose";
import { inject } from "vitest";
import { RealSocket } from "./real-socket.ts";

/** Somebody who calls the API, in whatever way they have signed in. */
export interface Caller {
  id: string;
  /** Calls the API as this user. */
  call: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** What their sockets sign in with. */
  credentials: { token: string } | { cookie: string };
}

export interface Person extends Caller {
  token: string;
}

/** A guest who has signed in, with or without a page. */
export interface GuestUser extends Caller {
  name: string;
  /** Of their session: `lilypad-session=…`. */
  cookie: string;
}

const callWith =
  (credentials: Record<string, string>): Caller["call"] =>
  (method, path, body) =>
    fetch(inject("url") + path, {
      method,
      headers: { ...credentials, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

/** A token of this user with these claims, valid for so many seconds. */
export function tokenOf(id: string, claims: Record<string, unknown>, seconds: number): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(id)
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(inject("authSecret")));
}

/** A user who has signed in once, with a token that is valid for `seconds` and has further `claims`. */
export async function person(
  name: string,
  seconds = 3600,
  claims: Record<string, unknown> = {},
): Promise<Person> {
  return personWithId(`${name.toLowerCase()}-${crypto.randomUUID()}`, name, seconds, claims);
}

/** The same for a user who may have signed in before, by another name. */
export async function personWithId(
  id: string,
  name: string,
  seconds = 3600,
  claims: Record<string, unknown> = {},
): Promise<Person> {
  const token = await tokenOf(id, { name, ...claims }, seconds);
  const call = callWith({ authorization: `Bearer ${token}` });
  const signedIn = await call("POST", "/api/session");
  if (signedIn.status !== 201) throw new Error(`sign-in answered ${signedIn.status}`);
  return { id, token, call, credentials: { token } };
}

/** A guest who has signed in, by the request that the page's form makes, and has no page open. */
export async function newGuest(name: string): Promise<GuestUser> {
  const response = await callWith({})("POST", "/api/session", { name });
  if (response.status !== 201) throw new Error(`sign-in answered ${response.status}`);
  const { user } = (await response.json()) as { user: { id: string } };
  const [cookie = ""] = response.headers.get("set-cookie")?.split(";") ?? [];
  return { id: user.id, name, cookie, call: callWith({ cookie }), credentials: { cookie } };
}

/** A request of the host's server as itself. */
export async function callAsHost(method: string, path: string, body?: unknown): Promise<Response> {
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1m")
    .sign(new TextEncoder().encode(inject("serverSecret")));
  return fetch(inject("url") + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Makes a group by a key of the host's, as its server does. */
export async function newKeyedGroup(key: string, ...members: Pick<Person, "id">[]): Promise<void> {
  const response = await callAsHost("PUT", `/api/threads/${encodeURIComponent(`key:${key}`)}`, {
    kind: "group",
    name: key,
    members: members.map(({ id }) => ({ id })),
  });
  if (response.status !== 201) throw new Error(`creating a thread by its key answered ${response.status}`);
}

/** Ends all sessions of a user: tokens made before the next second are refused. */
export async function revoke({ id }: Pick<Person, "id">): Promise<void> {
  const { status } = await callAsHost("POST", `/api/users/${encodeURIComponent(id)}/revoke`);
  if (status !== 202) throw new Error(`revoking answered ${status}`);
}

/** Creates a group with these members, and returns its id. */
export function newGroup(owner: Caller, ...others: Pick<Person, "id">[]): Promise<string> {
  return newThread("group", owner, others);
}

/** Creates the direct thread of these two, and returns its id. */
export function newDirectThread(one: Caller, other: Pick<Person, "id">): Promise<string> {
  return newThread("direct", one, [other]);
}

async function newThread(kind: string, owner: Caller, others: Pick<Person, "id">[]): Promise<string> {
  const response = await owner.call("POST", "/api/threads", { kind, memberIds: others.map(({ id }) => id) });
  if (response.status !== 201) throw new Error(`creating a thread answered ${response.status}`);
  return ((await response.json()) as { id: string }).id;
}

/** Writes these messages, in this order. Over one socket, which takes a fraction of the time of as many requests. */
export async function writeMessages(author: Caller, threadId: string, bodies: string[]): Promise<void> {
  if (bodies.length === 0) return;
  const socket = new RealSocket(`/api/threads/${threadId}/socket`, author.credentials);
  await socket.event("welcome");
  const commands = bodies.map((body) => ({ type: "chat", id: crypto.randomUUID(), body }));
  for (const command of commands) socket.send(command);
  await socket.event("ack", ({ id }) => id === commands.at(-1)?.id);
  const refused = socket.events.find(({ type }) => type === "error");
  if (refused) throw new Error(`a message was refused: ${JSON.stringify(refused)}`);
  socket.close();
  await socket.closed;
}
