/** HTTP calls as anyone could write them from the contract. */
import type { Person } from "./people.ts";
import type { Server } from "./server.ts";

/** What Lilypad answers this person; throws where it refuses. */
export async function ask<T>(
  server: Server,
  who: Person,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: object,
): Promise<T> {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      authorization: `Bearer ${who.token}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}
