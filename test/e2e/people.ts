/** Users of the started server, who sign in by tokens as a host application signs them and call the HTTP API. */
import { SignJWT } from "jose";
import { inject } from "vitest";

export interface Person {
  id: string;
  token: string;
  /** Calls the API as this user. */
  call: (method: string, path: string, body?: unknown) => Promise<Response>;
}

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
  const call: Person["call"] = (method, path, body) =>
    fetch(inject("url") + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const signedIn = await call("POST", "/api/session");
  if (signedIn.status !== 201) throw new Error(`sign-in answered ${signedIn.status}`);
  return { id, token, call };
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
export async function newGroup(owner: Person, ...others: Pick<Person, "id">[]): Promise<string> {
  const response = await owner.call("POST", "/api/threads", {
    kind: "group",
    memberIds: others.map(({ id }) => id),
  });
  if (response.status !== 201) throw new Error(`creating a thread answered ${response.status}`);
  return ((await response.json()) as { id: string }).id;
}
