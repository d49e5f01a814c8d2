/** Compares a thread's stored history with what was sent, what was acknowledged, and what its clients received. */
import type { MessagePage } from "../../../src/protocol/http.ts";
import type { Message, Thread } from "../../../src/protocol/model.ts";
import { requestJson } from "../support/request-json.ts";
import type { ExpectedThread } from "./expected-thread.ts";
import type { KillCounts } from "./kill-counts.ts";
import type { KillContext, ResumingClient } from "./resuming-client.ts";

/** The largest page that the server answers. */
const PAGE_SIZE = 200;

/** `clients` are connected to the thread and have received all its events. */
export async function checkHistory(
  expected: ExpectedThread,
  clients: readonly ResumingClient[],
  counts: KillCounts,
  { server, violations }: Pick<KillContext, "server" | "violations">,
): Promise<void> {
  const [client] = clients;
  if (!client) throw new Error("a thread needs a client");
  const messages = await storedHistory(expected, client, server);
  const path = `/api/threads/${expected.threadId}`;
  const thread = await requestJson<Thread>(server, client.user, "GET", path);
  const report = (violation: string) => violations.add(`${expected.label}: ${violation}`);

  messages.forEach(({ seq }, i) => {
    const previous = messages[i - 1]?.seq ?? 0;
    if (seq !== previous + 1 && report(`message ${seq} follows ${previous}`)) counts.seqGaps++;
  });
  if (thread.seq !== messages.length) report(`has ${messages.length} messages, but its seq is ${thread.seq}`);

  const storedByKey = Map.groupBy(messages, ({ author, id }) => `${author.id} ${id}`);
  for (const [key, [first, ...more]] of storedByKey) {
    const [authorId = "", id = ""] = key.split(" ");
    if (first && !expected.chat(authorId, id)) report(`message ${first.seq} (${key}) was never sent`);
    for (const { seq } of more) if (report(`${key} is stored again as ${seq}`)) counts.storedTwice++;
  }
  for (const chat of expected.chats) {
    // Refused, which was reported then.
    if (chat.seq === undefined) continue;
    const key = `${chat.authorId} ${chat.command.id}`;
    const stored = storedByKey.get(key)?.[0];
    const difference = stored ? expected.difference(chat, stored) : "is not stored";
    if (difference !== undefined && report(`acknowledged ${key} ${difference}`)) counts.missing++;
  }
  for (const { rev, replica, user } of clients) {
    if (rev !== thread.rev) report(`${user.id} received events up to rev ${rev} of ${thread.rev}`);
    for (const message of messages) {
      const difference = replica.difference(message);
      if (difference !== undefined) report(`of message ${message.seq}, ${user.id} ${difference}`);
    }
  }
}

async function storedHistory(
  { threadId }: ExpectedThread,
  { user }: ResumingClient,
  server: KillContext["server"],
): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after = 0, hasAfter = true; hasAfter; after = messages.at(-1)?.seq ?? after) {
    const path = `/api/threads/${threadId}/messages?after=${after}&limit=${PAGE_SIZE}`;
    const page = await requestJson<MessagePage>(server, user, "GET", path);
    messages.push(...page.messages);
    ({ hasAfter } = page);
  }
  return messages;
}
