/** Reactions beyond the 50 users that a message lists: everyone is sent their own, and a live client what the next one would be. */
import { describe, expect, it } from "vitest";
import { env } from "cloudflare:workers";
import type { MessagePage } from "../../src/protocol/http.ts";
import type { Message, Thread } from "../../src/protocol/model.ts";
import { valueOf } from "../../src/rpc/result.ts";
import { person, type Person } from "../support/host-users.ts";
import { threadRpc } from "../support/objects.ts";
import { openThread } from "../support/socket.ts";
import { meter } from "../cost/meter.ts";

const FROG = "🐸";

/** A group of Ada, Bob and 51 others, with a message to which the others have reacted: Ada and Bob come after the listed. */
async function popularMessage() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const fans = Array.from({ length: 51 }, (_, i) => ({ id: `fan-${i + 10}`, name: "Fan" }));
  const stub = env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId());
  const { thread } = valueOf(
    await threadRpc(stub).create(ada.user, { kind: "group", name: "Pond" }, [bob.user, ...fans]),
  );
  valueOf(await stub.run(ada.user, { type: "chat", id: "m", body: "Croak" }));
  for (const fan of fans) valueOf(await stub.run(fan, { type: "react", id: "r", seq: 1, emoji: FROG }));
  return { ada, bob, fans, stub, thread, reactionPath: pathOf(thread) };
}

function pathOf({ id }: Thread): string {
  return `/api/threads/${id}/messages/1/reactions/${FROG}`;
}

/** The reaction of the message as a new request shows it to this user. */
async function fresh(who: Person, { id }: Thread) {
  const response = await who.call("GET", `/api/threads/${id}/messages`);
  const { messages }: MessagePage = await response.json();
  return messages[0]?.reactions?.[0];
}

describe("the 53rd to react", () => {
  it("is sent that in a page, in the snapshot and in a resume, and nobody else is", async () => {
    const { ada, bob, thread, reactionPath } = await popularMessage();
    await ada.call("PUT", reactionPath);
    const edit = await ada.call("PATCH", `/api/threads/${thread.id}/messages/1`, { body: "Ribbit" });
    expect((await edit.json<Message>()).reactions).toMatchObject([{ count: 52, mine: true }]);
    for (const [who, mine] of [
      [ada, true],
      [bob, false],
    ] as const) {
      expect(await fresh(who, thread)).toMatchObject({ count: 52, mine });
      const snapshot = await (await openThread(who, thread.id)).next("history");
      expect(snapshot.messages[0]?.reactions).toMatchObject([{ count: 52, mine }]);
      const replay = await openThread(who, thread.id, `${thread.epoch}:0`);
      expect((await replay.next("chat")).message.reactions).toMatchObject([{ count: 52, mine }]);
      expect((await replay.next("edit")).message.reactions).toMatchObject([{ count: 52, mine }]);
    }
  });

  it("is sent that in the answer to a message that was sent before", async () => {
    const { ada, thread, reactionPath } = await popularMessage();
    await ada.call("PUT", reactionPath);
    const repeat = await ada.call("POST", `/api/threads/${thread.id}/messages`, { id: "m", body: "Croak" });
    expect((await repeat.json<Message>()).reactions).toMatchObject([{ count: 52, mine: true }]);
  });

  it("costs a reader of the page one row for the emoji whose list is not whole", async () => {
    const { ada, thread, reactionPath } = await popularMessage();
    await fresh(ada, thread);
    const before = await meter(() => fresh(ada, thread));
    await ada.call("PUT", reactionPath);
    const after = await meter(() => fresh(ada, thread));
    expect(after.thread.rowsRead - before.thread.rowsRead).toBeLessThanOrEqual(1);
    expect(after.thread.rowsWritten).toBe(0);
  });
});

describe("an event of a reaction", () => {
  it("has what a new request shows, also where one of the listed takes theirs back", async () => {
    const { ada, bob, fans, stub, thread, reactionPath } = await popularMessage();
    const socket = await openThread(ada, thread.id);
    await socket.next("history");
    await bob.call("PUT", reactionPath);
    const { count, userIds } = (await fresh(ada, thread)) ?? {};
    expect(await socket.next("react")).toMatchObject({ user: bob.user, count: 52, userIds });
    expect(count).toBe(52);
    valueOf(await stub.run(fans[0] ?? bob.user, { type: "unreact", id: "u", seq: 1, emoji: FROG }));
    const event = await socket.next("unreact");
    expect(event.userIds).toHaveLength(50);
    expect({ emoji: FROG, count: event.count, userIds: event.userIds, mine: false }).toEqual(
      await fresh(ada, thread),
    );
  });

  it("has none of the reaction any more where it was the last", async () => {
    const { ada, thread } = await popularMessage();
    const socket = await openThread(ada, thread.id);
    const path = `/api/threads/${thread.id}/messages/1/reactions/🦆`;
    await ada.call("PUT", path);
    expect(await socket.next("react")).toMatchObject({ count: 1, userIds: [ada.user.id] });
    await ada.call("DELETE", path);
    expect(await socket.next("unreact")).toMatchObject({ count: 0, userIds: [] });
  });

  it("is replayed with the reaction as it is where no later one of the same follows, and else without", async () => {
    const { ada, bob, thread, reactionPath } = await popularMessage();
    const { rev } = await (await ada.call("GET", `/api/threads/${thread.id}`)).json<Thread>();
    await ada.call("PUT", reactionPath);
    await ada.call("PUT", `/api/threads/${thread.id}/messages/1/reactions/🦆`);
    await bob.call("PUT", reactionPath);
    const replay = await openThread(ada, thread.id, `${thread.epoch}:${rev}`);
    const events = [await replay.next("react"), await replay.next("react"), await replay.next("react")];
    expect(events.map(({ emoji, count, userIds }) => [emoji, count, userIds?.length])).toEqual([
      [FROG, undefined, undefined],
      ["🦆", 1, 1],
      [FROG, 53, 50],
    ]);
  });
});

describe("what a relay missed", () => {
  it("is for each of its clients to ask where one frame cannot say to all of them whose reactions are theirs", async () => {
    const { ada, stub, thread } = await popularMessage();
    const { rev } = await (await ada.call("GET", `/api/threads/${thread.id}`)).json<Thread>();
    expect((await stub.eventsForRelay(rev - 1))?.frames).toHaveLength(1);
    await ada.call("PATCH", `/api/threads/${thread.id}/messages/1`, { body: "Ribbit" });
    expect(await stub.eventsForRelay(rev - 1)).toBeUndefined();
  });
});
