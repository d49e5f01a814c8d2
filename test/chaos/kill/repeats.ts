/** A retry is exact for ever: what was acknowledged long ago, sent once more, is still the same message. */
import type { Message } from "../../../src/protocol/model.ts";
import { ask } from "../support/ask.ts";
import type { RoomParts } from "./room-client.ts";
import type { World } from "./world.ts";

/** How many of each thread's messages are sent once more. */
const REPEATED = 50;

/** Sends random old messages again, over HTTP. What that stores a second time is found as the history is checked. */
export async function checkRepeats(world: World, { server, random, findings }: RoomParts): Promise<void> {
  const people = new Map(world.rooms.map(({ person }) => [person.user.id, person]));
  for (const ledger of world.ledgers) {
    const chats = Array.from({ length: REPEATED }, () => random.pick(ledger.chats));
    for (const { authorId, command, seq } of chats) {
      const author = people.get(authorId);
      if (!author) continue;
      const { id, body, since } = command;
      const path = `/api/threads/${ledger.threadId}/messages`;
      const message = await ask<Message>(server, author, "POST", path, { id, body, since });
      if (message.seq !== seq)
        findings.add(`a repeat of ${authorId}'s ${id}, message ${seq}, was stored again as ${message.seq}`);
    }
  }
}
