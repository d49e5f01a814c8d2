import { describe, expect, it } from "vitest";
import { piecesOf } from "../../src/web/conversation/linkify.ts";
import { rowsOf } from "../../src/web/conversation/message-rows.ts";
import { namesOf, titleOf } from "../../src/web/thread-list/thread-title.ts";
import { ADA, BEN, message, NOW } from "../client/support/samples.ts";

describe("links in a message", () => {
  const links = (text: string) => piecesOf(text).flatMap(({ href, text: shown }) => (href ? [shown] : []));

  it.each([
    ["see https://a.example/x.", ["https://a.example/x"]],
    ["(https://a.example)", ["https://a.example"]],
    ["https://a.example/Pond_(water), yes", ["https://a.example/Pond_(water)"]],
    ["http://a.example and https://b.example", ["http://a.example", "https://b.example"]],
    ["javascript:alert(1) data:text/html,x ftp://a.example", []],
    ["https://", []],
  ])("are found in %j", (text, found) => {
    expect(links(text)).toEqual(found);
  });

  it("leave nothing of the text out", () => {
    const text = "a https://a.example, b (https://b.example/c) d";
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});

describe("rows", () => {
  const rows = (room: Partial<Parameters<typeof rowsOf>[0]>) =>
    rowsOf({ messages: [], quoted: [], outgoing: [], ...room }, ADA);

  it("name an author once, until another writes or five minutes pass", () => {
    const shown = rows({
      messages: [
        message(1),
        message(2),
        message(3, { author: ADA }),
        message(4),
        message(5, { at: NOW + 400_000 }),
      ],
    });
    expect(shown.map(({ startsGroup }) => startsGroup)).toEqual([true, false, true, true, true]);
    expect(shown.map(({ own }) => own)).toEqual([false, false, true, false, false]);
  });

  it("keep the key of a message from pending to sent", () => {
    const pending = rows({ outgoing: [{ id: "x", body: "hi", at: NOW, state: "pending" }] });
    const sent = rows({ messages: [message(1, { id: "x", author: ADA })] });
    expect(sent[0]?.key).toBe(pending[0]?.key);
  });

  it("are the same objects where they say the same, with more before and after them", () => {
    const sending = { id: "x", body: "hi", at: NOW, state: "pending" as const, replyTo: 3 };
    const held = [message(2), message(3, { replyTo: 2 }), message(4)];
    const before = rows({ messages: held, outgoing: [sending] });
    const changed = message(4, { body: "edited" });
    const state = { messages: [message(1), ...held.with(2, changed), message(5)], quoted: [] };
    const after = rowsOf({ ...state, outgoing: [{ ...sending }] }, ADA, before);
    // The first stood under the day and named its author, which the one above does now.
    expect(after.map((row) => before.indexOf(row))).toEqual([-1, -1, 1, -1, -1, 3]);
  });

  it("quote what they reply to, and know whether it has a row", () => {
    const [, shown, loaded, unknown] = rows({
      messages: [8, 9, 10].map((seq) => message(seq, { replyTo: { 8: 1, 9: 8, 10: 3 }[seq] })),
      quoted: [message(3)],
      outgoing: [{ id: "x", body: "hi", at: NOW, state: "pending", replyTo: 2 }],
    }).map(({ quote }) => quote);
    expect(shown).toMatchObject({ seq: 8, shown: true, message: { body: "message 8" } });
    expect(loaded).toMatchObject({ seq: 3, shown: false, message: { body: "message 3" } });
    expect(unknown).toEqual({ seq: 2, shown: false });
  });
});

describe("titles", () => {
  it("call a direct chat after the other, a group by its name or its people", () => {
    expect(titleOf({ kind: "direct", name: null, members: [ADA, BEN] }, "ada")).toBe("Ben");
    expect(titleOf({ kind: "group", name: "Pond", members: [] }, "ada")).toBe("Pond");
    expect(titleOf({ kind: "group", name: null, members: [ADA, BEN] }, "ada")).toBe("Ben");
  });

  it("shorten a long list of names", () => {
    expect(namesOf(["A"], 3)).toBe("A");
    expect(namesOf(["A", "B", "C", "D"], 3)).toBe("A, B, and 2 others");
  });
});
