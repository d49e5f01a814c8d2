/** What a room loads over HTTP: older messages, further members, quoted messages; and what may happen meanwhile. */
import { describe, expect, it, vi } from "vitest";
import { messageIn } from "../../../src/client/room/room-state.ts";
import type { Api, Member, MemberPage, MessagePage } from "../../../src/client/client.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startRoom } from "../support/fake-server.ts";
import {
  ADA,
  BEN,
  history,
  member,
  message,
  messages,
  NOW,
  range,
  seqsOf,
  userIdsOf,
  welcome,
} from "../support/samples.ts";

useFakeClock();

describe("older messages", () => {
  const firstPage: MessagePage = { messages: [message(1)], hasBefore: false, hasAfter: true };

  /** A room that shows the second of two messages. */
  async function roomOfTwo() {
    const pages = vi.fn<Api["messages"]>().mockResolvedValue(firstPage);
    const started = await startRoom({ responses: { messages: pages } });
    started.newest().deliver(welcome(2), history([message(2)]));
    await pass();
    return { ...started, pages };
  }

  it("are requested once, however often they are asked for while they come", async () => {
    const { room, pages } = await roomOfTwo();
    await Promise.all([room.loadOlder(), room.loadOlder()]);
    await room.loadOlder();
    expect(pages).toHaveBeenCalledTimes(1);
    expect(seqsOf(room.getSnapshot())).toEqual([1, 2]);
  });

  it("can be asked for again after they could not be loaded", async () => {
    const { room, pages } = await roomOfTwo();
    pages.mockRejectedValueOnce(new Error("no network"));
    await expect(room.loadOlder()).rejects.toMatchObject({ code: "offline" });
    await room.loadOlder();
    expect(seqsOf(room.getSnapshot())).toEqual([1, 2]);
  });

  it("are shown as deleted where they were deleted while the page was on its way", async () => {
    const page = Promise.withResolvers<MessagePage>();
    const { room, newest, pages } = await roomOfTwo();
    pages.mockReturnValueOnce(page.promise);
    const loaded = room.loadOlder();
    newest().deliver({ type: "delete", rev: 3, seq: 1, deletedAt: NOW, by: ADA });
    page.resolve(firstPage);
    await loaded;
    expect(room.getSnapshot().messages[0]).toEqual(message(1, { rev: 3, body: "", deletedAt: NOW }));
  });

  it("are shown as edited where they were edited while the page was on its way, too long ago for a replay", async () => {
    const page = Promise.withResolvers<MessagePage>();
    const edited = message(1, { rev: 3, body: "edited" });
    const { room, newest, pages, loseAndReturn } = await roomOfTwo();
    pages.mockReturnValueOnce(page.promise).mockResolvedValue({ ...firstPage, messages: [edited] });
    const loaded = room.loadOlder();
    await loseAndReturn();
    newest().deliver(welcome(2_000), history([message(2)]));
    page.resolve(firstPage);
    await loaded;
    expect(room.getSnapshot().messages[0]).toEqual(edited);
  });

  it("leave no gap where they arrive after a refresh that has shortened the list", async () => {
    const page = Promise.withResolvers<MessagePage>();
    const pages = vi.fn<Api["messages"]>().mockRejectedValue(new Error("no network"));
    const { room, newest, loseAndReturn } = await startRoom({ responses: { messages: pages } });
    newest().deliver(welcome(100), history(messages(51, 100)));
    await loseAndReturn();
    newest().deliver(welcome(2_000), history(messages(551, 600)));
    pages.mockReturnValueOnce(page.promise);
    const loaded = room.loadOlder();
    await pass();
    expect(seqsOf(room.getSnapshot())).toEqual(range(551, 600));
    page.resolve({ messages: messages(1, 50), hasBefore: false, hasAfter: true });
    await loaded;
    expect(seqsOf(room.getSnapshot())).toEqual(range(551, 600));
    expect(room.getSnapshot()).toMatchObject({ hasBefore: true, loadingBefore: false });
  });

  it("are requested again where a snapshot comes while they are on their way", async () => {
    const page = Promise.withResolvers<MessagePage>();
    const { room, newest, pages, loseAndReturn } = await roomOfTwo();
    pages.mockReturnValueOnce(page.promise);
    const loaded = room.loadOlder();
    await loseAndReturn();
    newest().deliver(welcome(3), history([message(2), message(3)]));
    page.resolve({ messages: [message(1, { body: "out of date" })], hasBefore: false, hasAfter: true });
    await loaded;
    expect(pages).toHaveBeenCalledTimes(2);
    expect(room.getSnapshot().messages.map(({ body }) => body)).toEqual([
      "message 1",
      "message 2",
      "message 3",
    ]);
  });
});

describe("a page of messages anywhere", () => {
  /** A room of 500 messages that shows the newest 50; a page has ten. */
  async function roomOfFiveHundred() {
    const pages = vi.fn<Api["messages"]>(async (_id, { around = 0, after = around - 6, before } = {}) => {
      const from = Math.max(1, before === undefined ? after + 1 : before - 10);
      return { messages: messages(from, Math.min(500, from + 9)), hasBefore: from > 1, hasAfter: true };
    });
    const started = await startRoom({ responses: { messages: pages } });
    started.newest().deliver(welcome(500), history(messages(451, 500)));
    await pass();
    return { ...started, pages };
  }

  it("may leave a gap, which pages after and before its edges fill", async () => {
    const { room } = await roomOfFiveHundred();
    await room.loadMessages({ around: 426 });
    expect(seqsOf(room.getSnapshot())).toEqual([...range(421, 430), ...range(451, 500)]);
    await room.loadMessages({ after: 430 });
    await room.loadMessages({ before: 451 });
    expect(seqsOf(room.getSnapshot())).toEqual(range(421, 500));
    expect(room.getSnapshot().hasBefore).toBe(true);
  });

  it("that begins with the thread's first message ends the list above", async () => {
    const { room, pages } = await roomOfFiveHundred();
    await room.loadMessages({ around: 3 });
    expect(room.getSnapshot().hasBefore).toBe(false);
    await room.loadMessages({ after: 10 });
    expect(room.getSnapshot().hasBefore).toBe(false);
    pages.mockResolvedValueOnce({ messages: [], hasBefore: true, hasAfter: false });
    await room.loadMessages({ after: 500 });
    expect(room.getSnapshot().hasBefore).toBe(false);
  });

  it("is requested once, however often it is asked for while it comes", async () => {
    const { room, pages } = await roomOfFiveHundred();
    await Promise.all([room.loadMessages({ around: 9 }), room.loadMessages({ around: 9 })]);
    expect(pages).toHaveBeenCalledTimes(1);
    pages.mockRejectedValueOnce(new Error("no network"));
    await expect(room.loadMessages({ around: 9 })).rejects.toMatchObject({ code: "offline" });
  });

  it("is found by its messages, which replies quote and changes reach, on both sides of a gap", async () => {
    const { room, newest } = await roomOfFiveHundred();
    await room.loadMessages({ around: 100 });
    newest().deliver({ type: "edit", rev: 501, message: message(100, { rev: 501, body: "edited" }) });
    expect(messageIn(room.getSnapshot(), 100)?.body).toBe("edited");
    expect(messageIn(room.getSnapshot(), 460)?.body).toBe("message 460");
    expect(messageIn(room.getSnapshot(), 300)).toBeUndefined();
  });
});

describe("further members", () => {
  const everyone = range(0, 449).map((n) => member({ id: `u${n}`, name: `U${n}` }, { joinedAt: NOW + n }));

  /** The page of `everyone` that begins at a cursor. */
  const pageFrom: Api["members"] = async (_id, { cursor = "0", limit = 50 } = {}) => {
    const end = Number(cursor) + limit;
    return {
      members: everyone.slice(Number(cursor), end),
      ...(end < everyone.length && { nextCursor: String(end) }),
    };
  };

  const largeWelcome = () =>
    welcome(0, { thread: { ...welcome(0).thread, members: everyone.slice(0, 200), memberCount: 450 } });

  /** A room of 450 members, of whom the first 200 are in the `welcome`. */
  async function largeRoom() {
    const pages = vi.fn<Api["members"]>(pageFrom);
    const started = await startRoom({ responses: { members: pages } });
    started.newest().deliver(largeWelcome(), history([]));
    await pass();
    const cursors = () => pages.mock.calls.map(([, page]) => page?.cursor);
    return { ...started, pages, cursors };
  }

  it("come a page at a time, the first one only for its cursor", async () => {
    const { room, cursors } = await largeRoom();
    await room.loadMembers();
    expect(room.getSnapshot().members).toEqual(everyone.slice(0, 400));
    await room.loadMembers();
    expect(room.getSnapshot().members).toEqual(everyone);
    expect(cursors()).toEqual([undefined, "200", "400"]);
  });

  it("begin anew after a snapshot", async () => {
    const { room, newest, cursors, loseAndReturn } = await largeRoom();
    await room.loadMembers();
    await loseAndReturn();
    newest().deliver(largeWelcome(), history([]));
    expect(room.getSnapshot().members).toHaveLength(200);
    await room.loadMembers();
    expect(room.getSnapshot().members).toHaveLength(400);
    expect(cursors()).toEqual([undefined, "200", undefined, "200"]);
  });

  it("are requested once, however often they are asked for while they come", async () => {
    const { room, cursors } = await largeRoom();
    await Promise.all([room.loadMembers(), room.loadMembers()]);
    expect(cursors()).toEqual([undefined, "200"]);
    await room.loadMembers();
    expect(room.getSnapshot().members).toEqual(everyone);
    expect(cursors()).toEqual([undefined, "200", "400"]);
  });

  it("are requested again from the start where a snapshot comes while a page is on its way", async () => {
    const page = Promise.withResolvers<MemberPage>();
    const { room, newest, pages, cursors, loseAndReturn } = await largeRoom();
    await room.loadMembers();
    pages.mockReturnValueOnce(page.promise);
    const loaded = room.loadMembers();
    await loseAndReturn();
    newest().deliver(largeWelcome(), history([]));
    page.resolve({ members: everyone.slice(400) });
    await loaded;
    expect(cursors()).toEqual([undefined, "200", "400", undefined, "200", "400"]);
    expect(room.getSnapshot().members).toEqual(everyone);
  });

  it("can be asked for again after they could not be loaded", async () => {
    const { room, pages } = await largeRoom();
    pages.mockRejectedValueOnce(new Error("no network"));
    await expect(room.loadMembers()).rejects.toMatchObject({ code: "offline" });
    await room.loadMembers();
    expect(room.getSnapshot().members).toHaveLength(400);
  });

  /** A room in which a page with Cy on it is on its way. */
  async function roomWithPageUnderWay() {
    const page = Promise.withResolvers<MemberPage>();
    const started = await startRoom({ responses: { members: () => page.promise } });
    started.newest().deliver(welcome(0), history([]));
    await pass();
    const loaded = started.room.loadMembers();
    const finish = async (...members: Member[]) => {
      page.resolve({ members });
      await loaded;
    };
    return { ...started, finish };
  }

  const cy = member({ id: "cy", name: "Cy" });

  it("do not bring back one who is removed while the page is on its way", async () => {
    const { room, newest, finish } = await roomWithPageUnderWay();
    newest().deliver({ type: "member_removed", rev: 1, userId: "cy" });
    await finish(cy);
    expect(userIdsOf(room.getSnapshot().members)).toEqual(["ada", "ben"]);
  });

  it("do not bring back one who is removed while the connection is lost and the page on its way", async () => {
    const { room, newest, finish, loseAndReturn } = await roomWithPageUnderWay();
    await loseAndReturn();
    newest().deliver(welcome(0, { resumed: true }), { type: "member_removed", rev: 1, userId: "cy" });
    await finish(cy);
    expect(userIdsOf(room.getSnapshot().members)).toEqual(["ada", "ben"]);
  });

  it("include one who is removed and added again while the page is on its way", async () => {
    const { room, newest, finish } = await roomWithPageUnderWay();
    const again = { ...cy, joinedAt: NOW + 9 };
    newest().deliver(
      { type: "member_removed", rev: 1, userId: "cy" },
      { type: "member", rev: 2, member: again },
    );
    await finish(cy);
    expect(room.getSnapshot().members.at(-1)).toEqual(again);
  });

  it("have the role and the read marker of the events that came while the page was on its way", async () => {
    const { room, newest, finish } = await roomWithPageUnderWay();
    newest().deliver(
      { type: "member", rev: 1, member: member(BEN, { role: "moderator" }) },
      { type: "read", userId: "cy", seq: 7 },
    );
    await finish(member(ADA), member(BEN), cy);
    expect(room.getSnapshot().members.map(({ role, readSeq }) => [role, readSeq])).toEqual([
      ["member", 0],
      ["moderator", 0],
      ["member", 7],
    ]);
  });
});

describe("quoted messages", () => {
  /** A room that shows the messages 451 to 500, and finds others with two on each side. */
  async function roomOfFiveHundred() {
    const pages = vi.fn<Api["messages"]>(async (_id, { around = 0 } = {}) => ({
      messages: messages(Math.max(1, around - 2), around + 2),
      hasBefore: true,
      hasAfter: true,
    }));
    const started = await startRoom({ responses: { messages: pages } });
    started.newest().deliver(welcome(500), history(messages(451, 500)));
    await pass();
    const quotedSeqs = () => started.room.getSnapshot().quoted.map(({ seq }) => seq);
    return { ...started, pages, quotedSeqs };
  }

  it("are requested once each, one after the other, with wanted ones nearby, and not where they are shown", async () => {
    const { room, pages, quotedSeqs } = await roomOfFiveHundred();
    for (const seq of [10, 11, 300, 10, 460]) room.loadQuoted(seq);
    await pass();
    expect(pages.mock.calls.map(([, bounds]) => bounds)).toEqual([{ around: 10 }, { around: 300 }]);
    expect(quotedSeqs()).toEqual([10, 11, 300]);
    expect(room.getSnapshot().messages).toHaveLength(50);
  });

  it("stay absent where they cannot be loaded, until they are asked for again", async () => {
    const { room, pages, quotedSeqs } = await roomOfFiveHundred();
    pages.mockRejectedValueOnce(new Error("no network"));
    room.loadQuoted(10);
    await pass();
    expect(quotedSeqs()).toEqual([]);
    room.loadQuoted(10);
    await pass();
    expect(quotedSeqs()).toEqual([10]);
  });

  it("are loaded again after a snapshot", async () => {
    const { room, newest, quotedSeqs, loseAndReturn } = await roomOfFiveHundred();
    room.loadQuoted(10);
    await pass();
    await loseAndReturn();
    newest().deliver(welcome(500), history(messages(451, 500)));
    expect(quotedSeqs()).toEqual([]);
    room.loadQuoted(10);
    await pass();
    expect(quotedSeqs()).toEqual([10]);
  });
});
