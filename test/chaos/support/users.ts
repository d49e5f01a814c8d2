/** Users signed in with a host token, each with the client's HTTP calls. */
import { SignJWT } from "jose";
import { createApi, type Api } from "../../../src/client/http/api.ts";
import { Diagnosis } from "../../../src/client/http/diagnosis.ts";
import { createHttpRequest } from "../../../src/client/http/request.ts";
import { AUTH_SECRET } from "./server.ts";

const TOKEN_HOURS = 24;

/** A server that accepts tokens signed with `AUTH_SECRET`. */
export interface ServerAddress {
  /** Such as `http://127.0.0.1:8787`. */
  url: string;
}

export interface SignedInUser {
  /** The display name too. */
  id: string;
  token: string;
  /** The client's HTTP calls as this user. */
  api: Api;
}

/** Signs in users with these ids. */
export function signIn(server: ServerAddress, ids: readonly string[]): Promise<SignedInUser[]> {
  return Promise.all(ids.map((id) => signInOne(server, id)));
}

async function signInOne(server: ServerAddress, id: string): Promise<SignedInUser> {
  const token = await new SignJWT({ name: id, exp: Math.floor(Date.now() / 1000) + TOKEN_HOURS * 3600 })
    .setSubject(id)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(AUTH_SECRET));
  const response = await fetch(`${server.url}/api/session`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.status !== 201)
    throw new Error(`sign-in answered ${response.status}: ${await response.text()}`);
  const origin = server.url;
  const request = createHttpRequest({ origin, getToken: () => token, diagnosis: new Diagnosis(origin) });
  return { id, token, api: createApi(request) };
}
