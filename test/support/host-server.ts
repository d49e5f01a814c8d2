/** The host application's server: requests with its server token, as itself or as one of its users. */
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { call, unique, type Person } from "./host-users.ts";

/** A server token. `claims` override the ordinary ones; undefined removes one. */
export function serverToken(
  claims: Record<string, unknown> = {},
  secret = env.SERVER_SECRET ?? "",
): Promise<string> {
  return new SignJWT({ exp: Math.floor(Date.now() / 1000) + 60, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}

/** The headers of a request with a server token. */
export async function asServer(claims: Record<string, unknown> = {}): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await serverToken(claims)}` };
}

/** A request as the host itself. */
export async function host(method: string, path: string, body?: unknown): Promise<Response> {
  return call(method, path, body, await asServer());
}

/** The same as one of its users. */
export async function hostAs(
  { user }: Pick<Person, "user">,
  ...[method, path, body]: Parameters<typeof host>
): Promise<Response> {
  return call(method, path, body, await asServer({ sub: user.id }));
}

/** A key that no thread has. */
export const newKey = () => `key:${unique("order")}`;
