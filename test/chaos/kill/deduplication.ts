/** A retry is recognised however old its message is: it is acknowledged with the first `seq` and not stored again. */
import type { Message } from "../../../src/protocol/model.ts";
import { requestJson } from "../support/request-json.ts";
import type { Clients } from "./clients.ts";
import type { KillContext } from "./resuming-client.ts";

/** How many messages of each thread are sent again. */
const RETRIED_MESSAGES = 50;

/** Sends random acknowledged messages again over HTTP, and checks the `seq` in the answer. */
export async function checkDeduplication(
  clients: Clients,
  { server, random, violations }: KillContext,
): Promise<void> {
  const users = new Map(clients.rooms.map(({ user }) => [user.id, user]));
  for (const thread of clients.threads) {
    const chats = Array.from({ length: RETRIED_MESSAGES }, () => random.pick(thread.chats));
    for (const { authorId, command, seq } of chats) {
      const author = users.get(authorId);
      if (!author) continue;
      const { id, body, since } = command;
      const path = `/api/threads/${thread.threadId}/messages`;
      const message = await requestJson<Message>(server, author, "POST", path, { id, body, since });
      if (message.seq !== seq)
        violations.add(`a retry of ${authorId}'s ${id}, message ${seq}, was stored again as ${message.seq}`);
    }
  }
}
