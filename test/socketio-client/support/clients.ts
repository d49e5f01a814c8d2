/** Clients of signed-in users, which are closed after each test. */
import { afterEach } from "vitest";
import type { Server } from "../../chaos/support/server.ts";
import type { SignedInUser } from "../../chaos/support/users.ts";
import { TestClient, TRANSPORTS, type TransportName } from "./client.ts";

/** Returns what connects a user to the server, over one of the transports. */
export function clientsOf(
  server: () => Server,
): (user: SignedInUser, transport?: TransportName) => Promise<TestClient> {
  const clients: TestClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  return async (user, transport = "websocket") => {
    const client = new TestClient(server().url, {
      auth: { token: user.token },
      transports: [...TRANSPORTS[transport]],
    });
    clients.push(client);
    await client.next("connect");
    return client;
  };
}
