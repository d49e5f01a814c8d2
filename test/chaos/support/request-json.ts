/** HTTP requests written from the contract, without the project's client. */
import type { ServerAddress, SignedInUser } from "./users.ts";

/** The JSON that the server answers this user; throws where the status is not 2xx. */
export async function requestJson<T>(
  server: ServerAddress,
  user: SignedInUser,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: object,
): Promise<T> {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      authorization: `Bearer ${user.token}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}
