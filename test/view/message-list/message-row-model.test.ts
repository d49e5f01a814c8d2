import { describe, expect, it } from "vitest";
import { MessageRows, type RowSource } from "../../../src/view/message-list/message-row-model.ts";
import type { Message } from "../../../src/protocol/model.ts";
import { ADA, message, NOW } from "../../client/support/samples.ts";

describe("the rows of the message list", () => {
  const EMPTY: RowSource = { messages: [], quoted: [], outgoing: [], outgoingChanges: [] };
  const rows = (room: Partial<RowSource>) => new MessageRows().build({ ...EMPTY, ...room }, ADA);

  it("name an author once, until another writes or five minutes pass", () => {
    const built = rows({
      messages: [
        message(1),
        message(2),
        message(3, { author: ADA }),
        message(4),
        message(5, { at: NOW + 400_000 }),
      ],
    });
    expect(built.map(({ startsGroup }) => startsGroup)).toEqual([true, false, true, true, true]);
    expect(built.map(({ own }) => own)).toEqual([false, false, true, false, false]);
  });

  it("keep a message's key when it goes from pending to sent", () => {
    const pending = rows({ outgoing: [{ id: "x", body: "hi", at: NOW, state: "pending" }] });
    const sent = rows({ messages: [message(1, { id: "x", author: ADA })] });
    expect(sent[0]?.key).toBe(pending[0]?.key);
  });

  it("are the same objects as before where nothing in them changed, whatever is added above and below", () => {
    const outgoing = { id: "x", body: "hi", at: NOW, state: "pending" as const, replyTo: 3 };
    const messages = [message(2), message(3, { replyTo: 2 }), message(4)];
    const list = new MessageRows();
    const before = list.build({ ...EMPTY, messages, outgoing: [outgoing] }, ADA);
    const edited = message(4, { body: "edited" });
    const changed = [message(1), ...messages.with(2, edited), message(5)];
    const after = list.build({ ...EMPTY, messages: changed, outgoing: [{ ...outgoing }] }, ADA);
    // The first of `before` started the day and named its author; now the one above it does.
    expect(after.map((row) => before.indexOf(row))).toEqual([-1, -1, 1, -1, -1, 3]);
  });

  const counted = [1, 2, 3, 4, 5].map((seq) => {
    const reads = { count: 0 };
    const body = { enumerable: true, get: () => `${(reads.count += 1)}` && `message ${seq}` };
    return { reads, message: Object.defineProperty(message(seq), "body", body) };
  });
  const [one, two, three, four, five] = counted.map((each) => each.message) as [
    Message,
    Message,
    Message,
    Message,
    Message,
  ];
  const waiting = { type: "edit", id: "e", seq: 2, body: "new", at: NOW, state: "pending" } as const;

  it.each<[string, Partial<RowSource>, number[]]>([
    ["a new message", { messages: [one, two, three, four, five] }, [1, 2, 3, 4]],
    ["an edit", { messages: [one, two, message(3, { body: "edited" }), four] }, [1, 2]],
    ["a message that is sent", { outgoing: [{ ...waiting, id: "x" }] }, [1, 2, 3, 4]],
    ["a change that waits", { outgoingChanges: [waiting] }, [1]],
    ["messages that go", { messages: [one, two] }, [1, 2]],
  ])("are not built again above the first change: %s", (_what, change, unread) => {
    const list = new MessageRows();
    const source = { ...EMPTY, messages: [one, two, three, four] };
    const before = list.build(source, ADA);
    for (const { reads } of counted) reads.count = 0;
    const after = list.build({ ...source, ...change }, ADA);
    for (const seq of unread) {
      expect(counted[seq - 1]?.reads.count).toBe(0);
      expect(after[seq - 1]).toBe(before[seq - 1]);
    }
    expect(after).toEqual(rows({ ...source, ...change }));
  });

  it("know which of them the user has removed, and change no others", () => {
    const list = new MessageRows();
    const source = { ...EMPTY, messages: [message(1), message(2)] };
    const before = list.build(source, ADA);
    const after = list.build(source, ADA, new Set([before[1]?.key ?? ""]));
    expect(after[0]).toBe(before[0]);
    expect(after.map((row) => row.removed)).toEqual([false, true]);
  });

  it("show a message as its author's pending changes will make it, and none that has failed", () => {
    const reactions = [{ emoji: "🐸", count: 52, userIds: ["ben"], mine: true }];
    const change = { at: NOW, state: "pending" as const };
    const [edited, reacted, refused, deleted] = rows({
      messages: [message(1), message(2, { reactions }), message(3), message(4)],
      outgoingChanges: [
        { type: "edit", id: "e", seq: 1, body: "new", ...change },
        { type: "react", id: "r", seq: 2, emoji: "👍", ...change },
        { type: "unreact", id: "u", seq: 2, emoji: "🐸", ...change },
        { type: "edit", id: "f", seq: 3, body: "new", at: NOW, state: "failed", reason: "No." },
        { type: "delete", id: "d", seq: 4, ...change },
      ],
    });
    expect(edited).toMatchObject({ body: "new", removed: false, changes: [{ id: "e" }] });
    expect(reacted?.message?.reactions).toMatchObject([
      { emoji: "🐸", count: 51, mine: false },
      { emoji: "👍", count: 1, userIds: ["ada"], mine: true },
    ]);
    expect(refused).toMatchObject({ body: "message 3", changes: [{ reason: "No." }] });
    expect(deleted).toMatchObject({ body: "message 4", removed: true });
  });

  it("quote the message that they reply to, and know whether it is in the list", () => {
    const [, inList, loaded, notLoaded] = rows({
      messages: [8, 9, 10].map((seq) => message(seq, { replyTo: { 8: 1, 9: 8, 10: 3 }[seq] })),
      quoted: [message(3)],
      outgoing: [{ id: "x", body: "hi", at: NOW, state: "pending", replyTo: 2 }],
    }).map(({ quote }) => quote);
    expect(inList).toMatchObject({ seq: 8, inList: true, message: { body: "message 8" } });
    expect(loaded).toMatchObject({ seq: 3, inList: false, message: { body: "message 3" } });
    expect(notLoaded).toEqual({ seq: 2, inList: false });
  });
});
