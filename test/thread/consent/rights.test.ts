/** The rows of the table of rights for who is invited: every request, command and entrance, by kind of thread. */
import { beforeEach, describe, expect, it } from "vitest";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { newThread, person } from "../../support/host-users.ts";
import { useSettings } from "../../support/settings.ts";
import { openThread, upgrade } from "../../support/socket.ts";
import { SocketIoTestSocket } from "../../support/socketio.ts";
import { accept, notifyNow, put, write } from "./people.ts";

type Kind = Thread["kind"];

beforeEach(() => useSettings({ contactPolicy: "consent" }));

/** A thread with a message of Ada's, into which Bob is invited; Cy is nobody there. */
async function scene(kind: Kind) {
  const [ada, bob, cy] = await Promise.all([person("Ada"), person("Bob"), person("Cy")]);
  const { id } = await newThread(ada, kind, kind === "direct" ? [bob] : []);
  await write(ada, id);
  if (kind !== "direct") await put(ada, id, bob.user);
  return { ada, bob, cy, id, path: `/api/threads/${id}` };
}

type Scene = Awaited<ReturnType<typeof scene>>;
type Row = [name: string, act: (s: Scene) => Promise<Response>, expected: Record<Kind, number>];

const hidden = (direct: number, publicly: number) => ({ direct, group: 404, public: publicly });

const HTTP: Row[] = [
  ["see the thread", (s) => s.bob.call("GET", s.path), hidden(200, 200)],
  ["read messages", (s) => s.bob.call("GET", `${s.path}/messages`), hidden(200, 200)],
  ["list members", (s) => s.bob.call("GET", `${s.path}/members`), hidden(200, 200)],
  [
    "send, which accepts a direct one",
    (s) => s.bob.call("POST", `${s.path}/messages`, { body: "x" }),
    hidden(201, 403),
  ],
  ["move the read marker", (s) => s.bob.call("PUT", `${s.path}/read`, { seq: 1 }), hidden(200, 403)],
  ["react", (s) => s.bob.call("PUT", `${s.path}/messages/1/reactions/👍`), hidden(403, 403)],
  ["edit", (s) => s.bob.call("PATCH", `${s.path}/messages/1`, { body: "x" }), hidden(403, 403)],
  ["delete a message", (s) => s.bob.call("DELETE", `${s.path}/messages/1`), hidden(403, 403)],
  ["rename", (s) => s.bob.call("PATCH", s.path, { name: "x" }), hidden(403, 403)],
  ["add another", (s) => s.bob.call("PUT", `${s.path}/members/${s.cy.user.id}`), hidden(403, 403)],
  ["add oneself", (s) => s.bob.call("PUT", `${s.path}/members/${s.bob.user.id}`), hidden(403, 200)],
  ["remove a member", (s) => s.bob.call("DELETE", `${s.path}/members/${s.ada.user.id}`), hidden(403, 403)],
  [
    "report a message",
    (s) => s.bob.call("POST", `${s.path}/messages/1/reports`, { reason: "Unwanted" }),
    hidden(202, 202),
  ],
  ["see reports", (s) => s.bob.call("GET", `${s.path}/reports`), hidden(403, 403)],
  ["leave", (s) => s.bob.call("DELETE", `${s.path}/members/${s.bob.user.id}`), hidden(204, 403)],
  ["see invitations", (s) => s.bob.call("GET", `${s.path}/invitations`), hidden(403, 403)],
  ["read the audit log", (s) => s.bob.call("GET", `${s.path}/audit`), hidden(403, 403)],
  ["delete the thread", (s) => s.bob.call("DELETE", s.path), hidden(403, 403)],
  ["accept", (s) => s.bob.call("POST", `${s.path}/accept`), { direct: 200, group: 200, public: 200 }],
  ["decline", (s) => s.bob.call("POST", `${s.path}/decline`), { direct: 204, group: 204, public: 204 }],
  ["accept, as nobody", (s) => s.cy.call("POST", `${s.path}/accept`), hidden(404, 404)],
  ["decline, as nobody", (s) => s.cy.call("POST", `${s.path}/decline`), hidden(404, 404)],
  [
    "accept, as a member",
    (s) => s.ada.call("POST", `${s.path}/accept`),
    { direct: 200, group: 200, public: 200 },
  ],
  [
    "decline, as a member",
    (s) => s.ada.call("POST", `${s.path}/decline`),
    { direct: 403, group: 403, public: 403 },
  ],
];

describe.each<Kind>(["direct", "group", "public"])("who is invited into a %s thread", (kind) => {
  /** What is refused, or only reads, changes nothing: all of it shares a thread. */
  let untouched: Promise<Scene> | undefined;

  it.each(HTTP)("over HTTP: %s", async (name, act, expected) => {
    const isRefused = expected[kind] >= 400 || /^(see|read|list) /.test(name);
    const s = await (isRefused ? (untouched ??= scene(kind)) : scene(kind));
    expect((await act(s)).status).toBe(expected[kind]);
  });
});

it("opens no socket of a group, and a direct one's that reacts and edits nothing", async () => {
  const group = await scene("group");
  const headers = {
    "sec-websocket-protocol": "lilypad.v1",
    authorization: `Bearer ${group.bob.token}`,
  };
  const refused = await upgrade<ThreadEvent>(`${group.path}/socket`, headers);
  expect((await refused.closed).code).toBe(4004);
  const direct = await scene("direct");
  const socket = await openThread(direct.bob, direct.id);
  for (const command of [
    { type: "react", id: "r", seq: 1, emoji: "👍" },
    { type: "edit", id: "e", seq: 1, body: "x" },
    { type: "delete", id: "d", seq: 1 },
  ])
    expect(await socket.ask(command)).toMatchObject({ code: "forbidden" });
  expect(await socket.ask({ type: "chat", id: "c", body: "hi" })).toMatchObject({ type: "ack" });
});

it("joins over Socket.IO the room of a direct one, silently, and of a group once it is accepted", async () => {
  const [direct, group] = [await scene("direct"), await scene("group")];
  const hers = await openThread(direct.ada, direct.id);
  const client = await SocketIoTestSocket.connect(direct.bob);
  expect(await client.ask("join", { room: direct.id })).toMatchObject({ ok: true });
  expect(await client.ask("typing", { room: direct.id })).toMatchObject({ ok: true });
  await write(direct.ada, direct.id, "anybody?");
  await hers.next("chat");
  // Announced, since here it is a thread, and counted as nothing unread.
  await notifyNow(direct.id);
  const announced = { threadId: direct.id, preview: "anybody?", unread: 0 };
  expect(await client.nextEvent("new_message")).toMatchObject(announced);
  expect(client.events("unread_count")).toEqual([{ count: 0 }]);
  expect(hers.events.map(({ type }) => type)).toEqual(["welcome", "history", "chat"]);
  expect(await client.ask("chat", { room: direct.id, body: "hi" })).toMatchObject({ ok: true });
  await hers.next("chat", ({ message }) => message.body === "hi");

  const other = await SocketIoTestSocket.connect(group.bob);
  const refused = { ok: false, error: expect.objectContaining({ code: "not_found" }) as unknown };
  expect(await other.ask("join", { room: group.id })).toMatchObject(refused);
  await accept(group.bob, group.id);
  expect(await other.ask("join", { room: group.id })).toMatchObject({ ok: true });
});
