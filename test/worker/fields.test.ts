/** The limits of every field of every body. A value at the limit is accepted; one beyond is refused, with path and reason. */
import { beforeAll, describe, expect, it } from "vitest";
import * as limits from "../../src/protocol/limits.ts";
import { call, newThread, person, unique, type Person } from "../support/host-users.ts";
import { problemOf } from "./requests.ts";

const MESSAGES = "/api/threads/:id/messages";
const MEMBER = "/api/threads/:id/members/:bob";
const x = (length: number) => "x".repeat(length);
const many = (length: number) => Array.from({ length }, (_, i) => `nobody-${i}`);

let ada: Person;
let bob: Person;
let threadId: string;

beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  threadId = (await newThread(ada, "group", [bob], "Pond")).id;
  await ada.call("POST", `/api/threads/${threadId}/messages`, { body: "first" });
});

/** A request as Ada; to the session route without a token, as a guest signs in. */
function send(method: string, path: string, body: unknown): Promise<Response> {
  if (path === "/api/session") return call(method, path, body);
  return ada.call(method, path.replace(":id", threadId).replace(":bob", bob.user.id), body);
}

describe("an invalid field", () => {
  const names: [what: string, value: unknown][] = [
    ["too long", x(101)],
    // Two UTF-16 units each.
    ["too long in few characters", "👍".repeat(51)],
    ["empty", ""],
    ["blank", " \t\n\u00a0"],
    ["invisible", "\u200b\u2060\u3164\u2800"],
    ["no string", 7],
    ["with a control character", "a\u0007b"],
    ["with a line break", "a\nb"],
    ["with a bidirectional override", "a\u202eb"],
    ["with a bidirectional isolate", "a\u2066b"],
    ["with a lone surrogate", "a\ud800b"],
    ["with a zero-width space", "Admin\u200b"],
    ["with a soft hyphen", "Ad\u00admin"],
    ["with a mark of direction", "Admin\u200e"],
    ["with a joiner between letters that are not joined", "Ad\u200cm\u200din"],
    ["with a selector after what has one form", "Admin1\ufe0f"],
    ["with a tag outside a flag", "Admin\u{e0061}"],
    ["with a Hangul filler", "Ad\u115fmin"],
    ["with an empty Braille cell", "Ad\u2800min"],
    ["with a blank musical symbol", "Admin\u{1d159}"],
  ];
  const seqs: [what: string, value: unknown][] = [
    ["0", 0],
    ["negative", -1],
    ["a fraction", 1.5],
    ["a string", "1"],
    ["beyond the safe integers", 2 ** 53],
  ];
  const bodies: [what: string, value: unknown][] = [
    ["absent", undefined],
    ["empty", ""],
    ["blank", " \n"],
    ["invisible", "\u200b\u00ad\u2060\u3164\u2800\u0000\u0085"],
    ["no string", 7],
    ["null", null],
  ];
  const rows: { method: string; path: string; body: unknown; where: string; what: string }[] = [
    ...names.flatMap(([what, name]) => [
      { method: "POST", path: "/api/session", body: { name }, where: "name", what },
      { method: "POST", path: "/api/threads", body: { kind: "group", name }, where: "name", what },
      { method: "POST", path: "/api/threads", body: { kind: "public", name }, where: "name", what },
      { method: "PATCH", path: "/api/threads/:id", body: { name }, where: "name", what },
    ]),
    ...bodies.flatMap(([what, body]) => [
      { method: "POST", path: MESSAGES, body: { body }, where: "body", what },
      { method: "PATCH", path: `${MESSAGES}/1`, body: { body }, where: "body", what },
    ]),
    ...seqs.flatMap(([what, seq]) => [
      { method: "POST", path: MESSAGES, body: { body: "hi", replyTo: seq }, where: "replyTo", what },
    ]),
    // A marker of 0 is valid: the user has read nothing.
    ...seqs
      .filter(([, seq]) => seq !== 0)
      .map(([what, seq]) => ({
        method: "PUT",
        path: "/api/threads/:id/read",
        body: { seq },
        where: "seq",
        what,
      })),
    ...(
      [
        ["POST", "/api/session", {}, "name", "absent"],
        ["POST", "/api/threads", { kind: "room" }, "kind", "unknown"],
        ["POST", "/api/threads", {}, "kind", "absent"],
        ["POST", "/api/threads", { kind: "group", memberIds: many(101) }, "memberIds", "101"],
        ["POST", "/api/threads", { kind: "group", memberIds: { 0: "bob" } }, "memberIds", "no list"],
        ["POST", "/api/threads", { kind: "group", memberIds: null }, "memberIds", "null"],
        ["POST", "/api/threads", { kind: "direct", memberIds: [] }, "memberIds", "none"],
        ["POST", "/api/threads", { kind: "direct", memberIds: many(2) }, "memberIds", "two"],
        ["POST", "/api/threads", { kind: "direct" }, "memberIds", "absent"],
        ["POST", "/api/threads", { kind: "group", memberIds: ["a", x(129)] }, "memberIds.1", "too long"],
        ["POST", "/api/threads", { kind: "group", memberIds: [""] }, "memberIds.0", "empty"],
        ["POST", "/api/threads", { kind: "group", memberIds: ["a,b"] }, "memberIds.0", "with a comma"],
        ["POST", "/api/threads", { kind: "direct", memberIds: ["a\u0000"] }, "memberIds.0", "control"],
        ["POST", "/api/threads", { kind: "direct", memberIds: [".."] }, "memberIds.0", "a step in a path"],
        ["PUT", MEMBER, { role: "king" }, "role", "unknown"],
        ["PUT", MEMBER, { role: null }, "role", "null"],
        ["POST", MESSAGES, { body: "hi", id: x(65) }, "id", "too long"],
        ["POST", MESSAGES, { body: "hi", id: "👍".repeat(33) }, "id", "too long in few characters"],
        ["POST", MESSAGES, { body: "hi", id: "" }, "id", "empty"],
        ["POST", MESSAGES, { body: "hi", id: 7 }, "id", "no string"],
        ["POST", MESSAGES, { body: "hi", since: -1 }, "since", "negative"],
        ["POST", MESSAGES, { body: "hi", since: 0.5 }, "since", "a fraction"],
        ["PUT", "/api/threads/:id/read", {}, "seq", "absent"],
      ] as const
    ).map(([method, path, body, where, what]) => ({ method, path, body, where, what })),
  ];

  it.each(rows)("$method $path: $where, $what", async ({ method, path, body, where }) => {
    const response = await send(method, path, body);
    expect(response.status).toBe(400);
    const { code, detail, issues } = await problemOf(response);
    expect(code).toBe("bad_request");
    expect(issues).toEqual([{ path: where, message: expect.stringMatching(/./) }]);
    expect(detail).toBe(`${where}: ${issues?.[0]?.message}`);
  });

  it.each([
    ["POST", MESSAGES, x(limits.BODY_LENGTH + 1)],
    ["PATCH", `${MESSAGES}/1`, x(limits.BODY_LENGTH + 1)],
    ["POST", MESSAGES, "👍".repeat(limits.BODY_LENGTH / 2 + 1)],
  ])("%s %s: a body of more than 10,000 characters is too large: %#", async (method, path, text) => {
    const response = await send(method, path, { body: text });
    expect(response.status).toBe(413);
    const { code, issues } = await problemOf(response);
    expect(code).toBe("too_large");
    expect(issues).toEqual([{ path: "body", message: expect.stringMatching(/./) }]);
  });
});

describe("a name", () => {
  it.each([
    ["a joined emoji", "👩‍👩‍👧 Family"],
    ["a joined emoji without its selector", "👩‍❤‍👨"],
    ["an emoji with a skin tone", "👨🏽‍🚀 Yuri"],
    ["a symbol as emoji, and one as text", "Ada ❤️ ❤︎"],
    ["a keycap", "Room 1️⃣"],
    ["the flag of a region", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 fans"],
    ["a non-joiner in Persian", "علی‌رضا"],
    ["a joiner after an Indic virama", "ක්‍රිස්"],
    ["a joiner before an Indic virama", "র‍্যাব"],
    ["a joiner at the end of a Malayalam word", "അവന്‍"],
    ["a variant of an ideograph", "辻\u{e0100}"],
  ])("may have %s", async (_what, name) => {
    expect((await newThread(await person(), "group", [], name)).name).toBe(name.normalize("NFC"));
  });

  it("has one plain space for white space of any kind and length", async () => {
    const thread = await newThread(await person(), "group", [], "\u3000The\u00a0 old\u2003pond ");
    expect(thread.name).toBe("The old pond");
  });

  it("is refused with the invisible character that it has", async () => {
    const { detail } = await problemOf(await send("PATCH", "/api/threads/:id", { name: "Admin\u200b" }));
    expect(detail).toBe("name: has an invisible character, U+200B");
  });
});

describe("a field at its limit", () => {
  it.each([
    ["POST", "/api/threads", { kind: "group", name: x(limits.THREAD_NAME_LENGTH) }, 201],
    ["POST", "/api/threads", { kind: "group", name: null }, 201],
    // Two UTF-16 units each: 50 of them are 100.
    ["PATCH", "/api/threads/:id", { name: "👍".repeat(limits.THREAD_NAME_LENGTH / 2) }, 200],
    // In composed form, which is what counts, they are 100.
    ["PATCH", "/api/threads/:id", { name: "e\u0301".repeat(limits.THREAD_NAME_LENGTH) }, 200],
    ["PATCH", "/api/threads/:id", { name: null }, 200],
    ["PATCH", "/api/threads/:id", {}, 200],
    ["PUT", MEMBER, {}, 200],
    ["PUT", MEMBER, { role: "member" }, 200],
    ["POST", MESSAGES, { body: x(limits.BODY_LENGTH), id: x(limits.COMMAND_ID_LENGTH), since: 0 }, 201],
    ["POST", MESSAGES, { body: " hi\n", replyTo: 1 }, 201],
    ["PATCH", `${MESSAGES}/1`, { body: "€".repeat(limits.BODY_LENGTH) }, 200],
    // Joined by an invisible character, and not blank.
    ["PATCH", `${MESSAGES}/1`, { body: "👩‍👩‍👧" }, 200],
    ["PUT", "/api/threads/:id/read", { seq: 2 ** 53 - 1 }, 200],
    ["PUT", "/api/threads/:id/read", { seq: 0 }, 200],
  ])("%s %s is accepted: %#", async (method, path, body, status) => {
    expect((await send(method, path, body)).status).toBe(status);
  });

  it("accepts 100 members of a new thread", async () => {
    const members = await Promise.all(Array.from({ length: limits.MEMBER_IDS }, () => person("Member")));
    expect((await newThread(ada, "group", members)).memberCount).toBe(101);
  });

  it("accepts a guest's name of 100 characters", async () => {
    const name = unique("Ada").padEnd(limits.DISPLAY_NAME_LENGTH, "x");
    const response = await send("POST", "/api/session", { name: ` ${name}\u3000` });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ user: { name } });
  });
});
