/** Reconnecting to a room: where it resumes, and what it shows after it missed too much for a replay. */
import { describe, expect, it, vi } from "vitest";
import type { Api } from "../../../src/client/client.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startRoom } from "../support/fake-server.ts";
import { chat, history, message, messages, range, seqsOf, welcome } from "../support/samples.ts";
import { emptyRoom } from "../support/welcomed.ts";

const PATH = "/api/threads/t1/socket?paced=";

useFakeClock();

describe("the cursor", () => {
  it("is that of the last durable event", async () => {
    const { newest, sockets, loseAndReturn } = await emptyRoom();
    newest().deliver(chat(1, 1));
    await loseAndReturn();
    expect(sockets.map(({ path }) => path)).toEqual([PATH, `${PATH}&cursor=e1%3A1`]);
  });

  it("is left out while the snapshot that belongs to the `welcome` has not come", async () => {
    const { room, newest, loseAndReturn } = await emptyRoom();
    newest().deliver(chat(1, 1));
    await loseAndReturn();
    newest().deliver(welcome(2_000));
    await loseAndReturn();
    expect(newest().path).toBe(PATH);
    newest().deliver(welcome(2_000));
    newest().deliver(history(messages(2, 51)));
    expect(seqsOf(room.getSnapshot())).toHaveLength(51);
    await loseAndReturn();
    expect(newest().path).toContain("cursor=e1%3A2000");
  });
});

/** A room that shows the messages 1 to 40, and loads others from a thread of `count` messages. */
async function roomOfForty(load?: Api["messages"]) {
  const pages = vi.fn<Api["messages"]>(
    load ??
      (async (_id, { before = 0, limit = 50 } = {}) => ({
        messages: messages(Math.max(1, before - limit), before - 1),
        hasBefore: before - limit > 1,
        hasAfter: true,
      })),
  );
  const started = await startRoom({ responses: { messages: pages } });
  started.newest().deliver(welcome(40), history(messages(1, 40)));
  await pass();
  return { ...started, pages };
}

describe("after a snapshot", () => {
  it("loads once more the older messages that stay shown, since they may have changed", async () => {
    const edited = range(1, 20).map((seq) => message(seq, { rev: 700, body: "edited" }));
    const { room, newest, pages, loseAndReturn } = await roomOfForty(async () => ({
      messages: edited,
      hasBefore: false,
      hasAfter: true,
    }));
    await loseAndReturn();
    newest().deliver(welcome(2_000), history(messages(21, 70)));
    await pass();
    expect(pages).toHaveBeenCalledWith("t1", { before: 21, limit: 200 });
    expect(room.getSnapshot().messages.filter(({ body }) => body === "edited")).toHaveLength(20);
    expect(seqsOf(room.getSnapshot())).toEqual(range(1, 70));
  });

  it("loads what lies between it and the messages that are shown", async () => {
    const { room, newest, loseAndReturn } = await roomOfForty();
    await loseAndReturn();
    newest().deliver(welcome(2_000), history(messages(551, 600)));
    expect(seqsOf(room.getSnapshot()).slice(38, 42)).toEqual([39, 40, 551, 552]);
    newest().deliver(chat(2_001, 601));
    await pass();
    expect(seqsOf(room.getSnapshot())).toEqual(range(1, 601));
  });

  it("shows the snapshot alone where what lies between cannot be loaded", async () => {
    const { room, newest, pages, loseAndReturn } = await roomOfForty();
    pages.mockRejectedValue(new Error("no network"));
    await loseAndReturn();
    newest().deliver(welcome(2_000), history(messages(551, 600)));
    await pass();
    expect([seqsOf(room.getSnapshot())[0], room.getSnapshot().hasBefore]).toEqual([551, true]);
  });

  it("shows no more than 2,000 messages before it", async () => {
    const { room, newest, loseAndReturn } = await roomOfForty();
    await loseAndReturn();
    newest().deliver(welcome(9_000), history(messages(5_001, 5_050)));
    await pass();
    expect([seqsOf(room.getSnapshot())[0], room.getSnapshot().hasBefore]).toEqual([3_001, true]);
  });

  it("loads nothing more once the room is closed", async () => {
    const { room, newest, pages, loseAndReturn } = await roomOfForty();
    await loseAndReturn();
    newest().deliver(welcome(2_000), history(messages(551, 600)));
    room.close();
    await pass();
    expect(pages).toHaveBeenCalledOnce();
  });
});
