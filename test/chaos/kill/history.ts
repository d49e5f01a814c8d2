/** Holds a thread's whole stored history to what was asked, what was promised, and what its readers were told. */
import type { MessagePage } from "../../../src/protocol/http.ts";
import type { Message, Thread } from "../../../src/protocol/model.ts";
import { ask } from "../support/ask.ts";
import type { Server } from "../support/server.ts";
import type { Ledger } from "./ledger.ts";
import type { RoomClient } from "./room-client.ts";
import type { Findings, Tally } from "./tally.ts";

/** The most that a page holds. */
const PAGE = 200;

/** `readers` are in the room and have heard of all that is stored. */
export async function checkHistory(
  server: Server,
  ledger: Ledger,
  readers: readonly RoomClient[],
  found: { findings: Findings; tally: Tally },
): Promise<void> {
  const [reader] = readers;
  if (!reader) throw new Error("a thread without a reader");
  const messages = await history(server, ledger, reader);
  const path = `/api/threads/${ledger.threadId}`;
  const thread = await ask<Thread>(server, reader.person, "GET", path);
  const find = (what: string) => found.findings.add(`${ledger.threadId.slice(0, 6)}: ${what}`);

  messages.forEach(({ seq }, i) => {
    const previous = messages[i - 1]?.seq ?? 0;
    if (seq !== previous + 1 && find(`message ${seq} follows ${previous}`)) found.tally.seqGaps++;
  });
  if (thread.seq !== messages.length) find(`has ${messages.length} messages and says ${thread.seq}`);

  const storedAs = Map.groupBy(messages, ({ author, id }) => `${author.id} ${id}`);
  for (const [key, [first, ...more]] of storedAs) {
    const [authorId = "", id = ""] = key.split(" ");
    if (first && !ledger.chat(authorId, id)) find(`message ${first.seq} (${key}) was never sent`);
    for (const { seq } of more) if (find(`${key} is stored again as ${seq}`)) found.tally.storedTwice++;
  }
  for (const chat of ledger.chats) {
    // Refused, which was found when it was.
    if (chat.seq === undefined) continue;
    const key = `${chat.authorId} ${chat.command.id}`;
    const stored = storedAs.get(key)?.[0];
    const complaint = stored ? ledger.complaint(chat, stored) : `is not stored`;
    if (complaint !== undefined && find(`acknowledged ${key} ${complaint}`)) found.tally.missing++;
  }
  for (const { rev, picture, person } of readers) {
    if (rev !== thread.rev) find(`${person.user.id} has heard up to ${rev} of ${thread.rev}`);
    for (const message of messages) {
      const difference = picture.difference(message);
      if (difference !== undefined) find(`of message ${message.seq}, ${person.user.id} ${difference}`);
    }
  }
}

async function history(server: Server, ledger: Ledger, reader: RoomClient): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after = 0, hasAfter = true; hasAfter; after = messages.at(-1)?.seq ?? after) {
    const path = `/api/threads/${ledger.threadId}/messages?after=${after}&limit=${PAGE}`;
    const page = await ask<MessagePage>(server, reader.person, "GET", path);
    messages.push(...page.messages);
    ({ hasAfter } = page);
  }
  return messages;
}
