import { describe, expect, it } from "vitest";
import { buildRows } from "../../src/web/conversation/message-row-model.ts";
import { ADA, message, NOW } from "../client/support/samples.ts";

describe("the rows of the message list", () => {
  const rows = (room: Partial<Parameters<typeof buildRows>[0]>) =>
    buildRows({ messages: [], quoted: [], outgoing: [], outgoingChanges: [], ...room }, ADA);

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
    const before = rows({ messages, outgoing: [outgoing] });
    const edited = message(4, { body: "edited" });
    const state = { messages: [message(1), ...messages.with(2, edited), message(5)], quoted: [] };
    const after = buildRows({ ...state, outgoing: [{ ...outgoing }], outgoingChanges: [] }, ADA, before);
    // The first of `before` started the day and named its author; now the one above it does.
    expect(after.map((row) => before.indexOf(row))).toEqual([-1, -1, 1, -1, -1, 3]);
  });

  it("know which of them the user has removed, and change no others", () => {
    const before = rows({ messages: [message(1), message(2)] });
    const state = { messages: [message(1), message(2)], quoted: [], outgoing: [], outgoingChanges: [] };
    const removed = new Set([before[1]?.key ?? ""]);
    const after = buildRows(state, ADA, before, removed);
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
