/** Signed-in people for chaos: each with a host token, calling Lilypad as a user would. */
import { SignJWT } from "jose";
import { createApi, type Api } from "../../../src/client/http/api.ts";
import { createHttpRequest } from "../../../src/client/http/request.ts";
import type { User } from "../../../src/protocol/model.ts";
import { AUTH_SECRET } from "./server.ts";

/** Where a server with this key listens, such as `http://127.0.0.1:8787`. */
export interface Served {
  url: string;
}

export interface Person {
  user: User;
  token: string;
  /** The client's HTTP calls, as this person. */
  api: Api;
}

/** People named by `ids`, each known to the server from here on. */
export function people(server: Served, ids: readonly string[]): Promise<Person[]> {
  return Promise.all(ids.map((id) => person(server, id)));
}

/** A person the server has met: their id is their name too. */
export async function person(server: Served, id: string): Promise<Person> {
  const token = await new SignJWT({ name: id, exp: Math.floor(Date.now() / 1000) + 24 * 3600 })
    .setSubject(id)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(AUTH_SECRET));
  const response = await fetch(`${server.url}/api/session`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.status !== 201)
    throw new Error(`sign-in answered ${response.status}: ${await response.text()}`);
  return {
    user: { id, name: id },
    token,
    api: createApi(createHttpRequest({ origin: server.url, getToken: () => token })),
  };
}
