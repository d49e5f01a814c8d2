/** The contract's table of rights: every request and command, as every kind of user, over HTTP, a socket and Socket.IO. */
import { describe, expect, it } from "vitest";
import type { ThreadEvent } from "../../src/protocol/events.ts";
import type { Thread } from "../../src/protocol/model.ts";
import { host } from "../support/host-server.ts";
import { call, newThread, person, type Person } from "../support/host-users.ts";
import { UNLIMITED, useSettingsForAll } from "../support/settings.ts";
import { openThread, upgrade, type TestSocket } from "../support/socket.ts";
import { SocketIoTestSocket } from "../support/socketio.ts";

type Kind = Thread["kind"];
type Standing =
  | "owner"
  | "moderator"
  | "member"
  | "timed out"
  | "timed-out moderator"
  | "stranger"
  | "removed"
  | "banned"
  | "anonymous"
  | "host";

/** A thread with a user of each role, and the caller. */
interface Scene {
  id: string;
  caller: Person;
  /** Another member, with the role `member`. */
  other: Person;
  moderator: Person;
  owner: Person;
  /** A known user who is no member. */
  outsider: Person;
  /** A message of the caller (where they could write one), and one of the other member. */
  ownSeq: number;
  otherSeq: number;
}

async function ok(response: Promise<Response>): Promise<Response> {
  const answered = await response;
  if (!answered.ok) throw new Error(`setting up answered ${answered.status}: ${await answered.text()}`);
  return answered;
}

async function anonymous(): Promise<Person> {
  return {
    user: { id: "nobody", name: "Nobody" },
    token: "",
    call: (method, path, body) => call(method, path, body),
  };
}

/** The host itself, by its server token. It opens no socket. */
const theHost: Person = { user: { id: "system", name: "System" }, token: "", call: host };

async function post(who: Person, id: string, body: string): Promise<number> {
  const response = await ok(who.call("POST", `/api/threads/${id}/messages`, { body }));
  return ((await response.json()) as { seq: number }).seq;
}

const NAMES = ["Asker", "Other", "Moderator", "Owner", "Outsider"];
let people: Promise<Person[]> | undefined;

async function scene(kind: Kind, standing: Standing): Promise<Scene> {
  // The same in every scene, since what they are they are in its thread.
  const known = await (people ??= Promise.all(NAMES.map((name) => person(name))));
  const [user, member, moderator, owner, outsider] = known;
  if (!user || !member || !moderator || !owner || !outsider) throw new Error("five people");
  // But two people have one direct thread alone.
  const other = kind === "direct" ? await person("Other") : member;
  const asker = standing === "anonymous" ? await anonymous() : standing === "host" ? theHost : user;
  if (kind === "direct") {
    const isIn = standing === "member";
    const { id } = await newThread(other, "direct", [isIn ? asker : owner]);
    const ownSeq = isIn ? await post(asker, id, "mine") : 1;
    const otherSeq = await post(other, id, "theirs");
    return { id, caller: asker, other, moderator, owner, outsider, ownSeq, otherSeq };
  }
  const wasIn = !["stranger", "anonymous", "host"].includes(standing);
  const { id } = await newThread(owner, kind, [other, moderator, ...(wasIn ? [asker] : [])], "Talk");
  const path = `/api/threads/${id}/members`;
  await ok(owner.call("PUT", `${path}/${moderator.user.id}`, { role: "moderator" }));
  const role = standing === "timed-out moderator" ? "moderator" : standing;
  if (role === "moderator" || role === "owner") {
    await ok(owner.call("PUT", `${path}/${asker.user.id}`, { role }));
  }
  const mayWrite = wasIn || standing === "host";
  const ownSeq = mayWrite ? await post(asker, id, "mine") : await post(owner, id, "somebody's");
  const otherSeq = await post(other, id, "theirs");
  if (standing.startsWith("timed"))
    await ok(owner.call("PUT", `${path}/${asker.user.id}`, { timeoutUntil: Date.now() + 3_600_000 }));
  if (standing === "banned") await ok(owner.call("PUT", `/api/threads/${id}/bans/${asker.user.id}`, {}));
  if (standing === "removed") await ok(owner.call("DELETE", `${path}/${asker.user.id}`));
  return { id, caller: asker, other, moderator, owner, outsider, ownSeq, otherSeq };
}

const members: Standing[] = ["owner", "moderator", "member"];
const timedOut: Standing[] = ["timed out", "timed-out moderator"];
/** Members, whatever they may do. */
const belonging: Standing[] = [...members, ...timedOut];
const everyone: Standing[] = [...belonging, "stranger", "removed"];
const moderators: Standing[] = ["owner", "moderator"];
const owners: Standing[] = ["owner"];
const none: Standing[] = [];
/** These, and the host itself. */
const andHost = (standings: Standing[]): Standing[] => [...standings, "host"];

/** A request, and who may make it in each kind of thread. */
type Row = [name: string, act: (scene: Scene) => Promise<Response>, may: Record<Kind, Standing[]>];

const readers = { direct: andHost(members), group: andHost(belonging), public: andHost(everyone) };
const all = { direct: members, group: members, public: members };
/** What moderators, owners and the host may, and what owners and the host may. */
const byModerators = { direct: none, group: andHost(moderators), public: andHost(moderators) };
const byOwners = { direct: none, group: andHost(owners), public: andHost(owners) };
const soon = () => ({ timeoutUntil: Date.now() + 60_000 });

const HTTP: Row[] = [
  ["see the thread", (s) => s.caller.call("GET", `/api/threads/${s.id}`), readers],
  ["read messages", (s) => s.caller.call("GET", `/api/threads/${s.id}/messages`), readers],
  ["list members", (s) => s.caller.call("GET", `/api/threads/${s.id}/members`), readers],
  [
    "send",
    (s) => s.caller.call("POST", `/api/threads/${s.id}/messages`, { body: "hello" }),
    { direct: members, group: andHost(members), public: andHost(members) },
  ],
  [
    "move the read marker",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/read`, { seq: 1 }),
    { direct: members, group: belonging, public: belonging },
  ],
  ["react", (s) => s.caller.call("PUT", `/api/threads/${s.id}/messages/1/reactions/%F0%9F%91%8D`), all],
  [
    "take a reaction back",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}/messages/1/reactions/%F0%9F%91%8D`),
    all,
  ],
  [
    "edit an own message",
    (s) => s.caller.call("PATCH", `/api/threads/${s.id}/messages/${s.ownSeq}`, { body: "new" }),
    { direct: members, group: andHost(members), public: andHost(members) },
  ],
  [
    "edit another's message",
    (s) => s.caller.call("PATCH", `/api/threads/${s.id}/messages/${s.otherSeq}`, { body: "new" }),
    { direct: none, group: none, public: none },
  ],
  [
    "change the settings",
    (s) => s.caller.call("PATCH", `/api/threads/${s.id}`, { topic: "Frogs", slowModeMs: 1, locked: true }),
    byModerators,
  ],
  [
    "time a member out",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.other.user.id}`, soon()),
    byModerators,
  ],
  [
    "time a moderator out",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.moderator.user.id}`, soon()),
    byOwners,
  ],
  [
    "time an owner out",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.owner.user.id}`, soon()),
    byOwners,
  ],
  [
    "time the caller out",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.caller.user.id}`, soon()),
    { direct: none, group: none, public: none },
  ],
  [
    "read the audit log",
    (s) => s.caller.call("GET", `/api/threads/${s.id}/audit`),
    { direct: ["host"], group: andHost(owners), public: andHost(owners) },
  ],
  [
    "delete an own message",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}/messages/${s.ownSeq}`),
    // In a direct thread, where it has none, it is another's to the host.
    { direct: andHost(members), group: andHost(belonging), public: andHost(belonging) },
  ],
  [
    "delete another's message",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}/messages/${s.otherSeq}`),
    { direct: ["host"], group: andHost(moderators), public: andHost(moderators) },
  ],
  [
    "rename",
    (s) => s.caller.call("PATCH", `/api/threads/${s.id}`, { name: "Other" }),
    { direct: none, group: andHost(moderators), public: andHost(moderators) },
  ],
  [
    "add another",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.outsider.user.id}`, {}),
    { direct: none, group: andHost(moderators), public: andHost(moderators) },
  ],
  [
    "add a moderator",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.outsider.user.id}`, { role: "moderator" }),
    { direct: none, group: andHost(owners), public: andHost(owners) },
  ],
  [
    "add oneself",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${encodeURIComponent(s.caller.user.id)}`),
    { direct: none, group: moderators, public: everyone },
  ],
  [
    "make oneself owner",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.caller.user.id}`, { role: "owner" }),
    // An owner is one already: nothing changes.
    { direct: none, group: owners, public: owners },
  ],
  [
    "change a role",
    (s) => s.caller.call("PUT", `/api/threads/${s.id}/members/${s.other.user.id}`, { role: "moderator" }),
    { direct: none, group: andHost(owners), public: andHost(owners) },
  ],
  [
    "remove a member",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}/members/${s.other.user.id}`),
    { direct: none, group: andHost(moderators), public: andHost(moderators) },
  ],
  [
    "remove a moderator",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}/members/${s.moderator.user.id}`),
    { direct: none, group: andHost(owners), public: andHost(owners) },
  ],
  [
    "remove an owner",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}/members/${s.owner.user.id}`),
    { direct: none, group: andHost(owners), public: andHost(owners) },
  ],
  [
    "leave",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}/members/${s.caller.user.id}`),
    { direct: belonging, group: belonging, public: belonging },
  ],
  [
    "delete the thread",
    (s) => s.caller.call("DELETE", `/api/threads/${s.id}`),
    { direct: ["host"], group: andHost(owners), public: andHost(owners) },
  ],
];

/** Events of Socket.IO, which joins no room before, and the request that each is. */
const SOCKET_IO: [event: string, data: (s: Scene) => object, as: string][] = [
  ["chat", () => ({ body: "hello" }), "send"],
  ["typing", () => ({}), "react"],
  ["add_reaction", () => ({ seq: 1, emoji: "👍" }), "react"],
  ["remove_reaction", () => ({ seq: 1, emoji: "👍" }), "take a reaction back"],
  ["read", () => ({ seq: 1 }), "move the read marker"],
  ["edit", (s) => ({ seq: s.ownSeq, body: "new" }), "edit an own message"],
  ["edit", (s) => ({ seq: s.otherSeq, body: "new" }), "edit another's message"],
  ["delete", (s) => ({ seq: s.otherSeq }), "delete another's message"],
  ["delete", (s) => ({ seq: s.ownSeq }), "delete an own message"],
  ["join", () => ({}), "see the thread"],
];

/** Requests that do not affect one another, whoever may make them, and so may share a thread. */
const INDEPENDENT = [
  /^(see|read|list|send|move|react|take|edit|time|rename|add another)\b/,
  /^(delete an own message|delete another's message|remove)\b/,
];

/** Who may write in a public thread over a socket: opening it makes one a member. */
const opening: Standing[] = [...members, "stranger", "removed"];

/** A socket's commands, and who may send them. A user who cannot open a socket cannot send any. */
const SOCKET: [
  name: string,
  command: (s: Scene) => { id: string; [key: string]: unknown },
  may: Record<Kind, Standing[]>,
][] = [
  [
    "chat",
    () => ({ type: "chat", id: "c", body: "hello" }),
    { direct: members, group: members, public: opening },
  ],
  [
    "react",
    () => ({ type: "react", id: "r", seq: 1, emoji: "👍" }),
    { direct: members, group: members, public: opening },
  ],
  [
    "unreact",
    () => ({ type: "unreact", id: "u", seq: 1, emoji: "👍" }),
    { direct: members, group: members, public: opening },
  ],
  [
    "edit own",
    (s) => ({ type: "edit", id: "e", seq: s.ownSeq, body: "new" }),
    { direct: members, group: members, public: [...members, "removed"] },
  ],
  [
    "edit another's",
    (s) => ({ type: "edit", id: "e", seq: s.otherSeq, body: "new" }),
    { direct: none, group: none, public: none },
  ],
  [
    "delete own",
    (s) => ({ type: "delete", id: "d", seq: s.ownSeq }),
    { direct: members, group: belonging, public: [...belonging, "removed"] },
  ],
  [
    "delete another's",
    (s) => ({ type: "delete", id: "d", seq: s.otherSeq }),
    { direct: none, group: moderators, public: moderators },
  ],
];

const STANDINGS: Record<Kind, Standing[]> = {
  direct: ["member", "stranger", "anonymous", "host"],
  group: [...belonging, "stranger", "removed", "banned", "anonymous", "host"],
  public: [...belonging, "stranger", "removed", "banned", "anonymous", "host"],
};

const cases = (Object.keys(STANDINGS) as Kind[]).flatMap((kind) =>
  STANDINGS[kind].map((standing) => ({ kind, standing })),
);

/** The refusal for a user who may not: it discloses nothing of a thread they cannot see. */
function refusal(kind: Kind, standing: Standing): string {
  if (standing === "anonymous") return "401 unauthenticated";
  if (standing === "banned") return "404 not_found";
  const sees = kind === "public" || andHost(belonging).includes(standing);
  return sees ? "403 forbidden" : "404 not_found";
}

interface SocketIoAnswer {
  ok: boolean;
  error?: { code: string };
}

async function outcomeOf(response: Response): Promise<string> {
  if (response.ok) return "allowed";
  return `${response.status} ${((await response.json()) as { code: string }).code}`;
}

/** The first that a socket receives: its welcome, or the code it is closed with. */
function firstOf(socket: TestSocket): Promise<string> {
  const closed = socket.closed.then(({ code }) => `closed with ${code}`);
  const opened = socket.next().then((event) => event.type);
  opened.catch(() => undefined);
  return Promise.race([closed, opened]);
}

describe.each(cases)("in a $kind thread, $standing", ({ kind, standing }) => {
  useSettingsForAll(UNLIMITED);

  const sharedScenes = new Map<RegExp | undefined, Promise<Scene>>();
  function sharedScene(requests = INDEPENDENT[0]): Promise<Scene> {
    const shared = sharedScenes.get(requests) ?? scene(kind, standing);
    sharedScenes.set(requests, shared);
    return shared;
  }

  /** What is refused changes nothing. */
  function sceneOf(request: string, isAllowed: boolean): Promise<Scene> {
    if (!isAllowed) return sharedScene();
    const independent = INDEPENDENT.find((requests) => requests.test(request));
    return independent ? sharedScene(independent) : scene(kind, standing);
  }

  it.concurrent.each(HTTP)("over HTTP: %s", async (name, act, may) => {
    const isAllowed = may[kind].includes(standing);
    const outcome = await outcomeOf(await act(await sceneOf(name, isAllowed)));
    // The host is no user, whom one could add, or who could leave.
    const isOfItself = standing === "host" && kind !== "direct" && /oneself|^leave$/.test(name);
    expect(outcome).toBe(isAllowed ? "allowed" : isOfItself ? "404 not_found" : refusal(kind, standing));
  });

  if (standing === "host") return;

  const mayOpen = readers[kind].includes(standing);
  /** Who opens a public thread becomes a member. */
  const isJoining = mayOpen && !belonging.includes(standing);

  it(`${mayOpen ? "opens" : "is refused"} a socket`, async () => {
    const s = await (isJoining ? scene(kind, standing) : sharedScene());
    const headers: Record<string, string> = { "sec-websocket-protocol": "lilypad.v1" };
    if (s.caller.token) headers["authorization"] = `Bearer ${s.caller.token}`;
    const refusals: Partial<Record<Standing, string>> = { anonymous: "4001", banned: "4003" };
    const refused = `closed with ${refusals[standing] ?? "4004"}`;
    const socket = await upgrade<ThreadEvent>(`/api/threads/${s.id}/socket`, headers);
    expect(await firstOf(socket)).toBe(mayOpen ? "welcome" : refused);
  });

  // A user who cannot open a socket cannot send commands.
  if (!mayOpen) return;
  it.concurrent.each(SOCKET)("over a socket: %s", async (name, command, may) => {
    const isAllowed = may[kind].includes(standing);
    const changesMore = isJoining || (isAllowed && name.startsWith("delete"));
    const s = await (changesMore ? scene(kind, standing) : sharedScene());
    const socket = await openThread(s.caller, s.id);
    const answer = await socket.ask(command(s));
    const outcome = answer.type === "error" ? answer.code : "allowed";
    expect(outcome).toBe(isAllowed ? "allowed" : "forbidden");
  });

  it("over a socket: read and typing are broadcast, the session is renewed, and leave closes it", async () => {
    const s = await scene(kind, standing);
    const [socket, others] = [await openThread(s.caller, s.id), await openThread(s.other, s.id)];
    await others.next("welcome");
    // A new member's marker stands at the newest message: it moves with one that comes after it.
    const seq = await post(s.other, s.id, "newest");
    socket.send([{ type: "typing" }, { type: "read", seq }]);
    const shown = timedOut.includes(standing)
      ? await socket.next("error", ({ retryAfterMs = 0 }) => retryAfterMs > 0)
      : await others.next("typing", ({ userId }) => userId === s.caller.user.id);
    expect(shown.type).toBe(timedOut.includes(standing) ? "error" : "typing");
    expect(await others.next("read")).toMatchObject({ userId: s.caller.user.id, seq });
    expect((await socket.ask({ type: "auth", id: "a", token: s.caller.token })).type).toBe("ack");
    socket.send({ type: "leave" });
    expect((await socket.closed).code).toBe(1000);
  });

  // Who is nobody connects to nothing.
  if (standing === "anonymous") return;

  it("over Socket.IO", async () => {
    const s = await scene(kind, standing);
    const socket = await SocketIoTestSocket.connect(s.caller);
    for (const [event, data, as] of SOCKET_IO) {
      const answer = await socket.ask<SocketIoAnswer>(event, { room: s.id, ...data(s) });
      const [, , may] = HTTP.find(([name]) => name === as) ?? [];
      const refused = refusal(kind, standing).slice("000 ".length);
      const expected = may?.[kind].includes(standing) ? "allowed" : refused;
      expect(answer.ok ? "allowed" : answer.error?.code, `${event}, ${as}`).toBe(expected);
    }
    socket.close();
  });
});

it("answers a stranger alike for a thread they may not see and for one that never existed", async () => {
  const [owner, stranger] = await Promise.all([person("Owner"), person("Stranger")]);
  const { id } = await newThread(owner, "group", [], "Secret");
  const never = "0".repeat(64);
  for (const [method, path, body] of [
    ["GET", "", undefined],
    ["PATCH", "", { name: "x" }],
    ["DELETE", "", undefined],
    ["GET", "/members", undefined],
    ["PUT", `/members/${stranger.user.id}`, {}],
    ["PUT", `/members/no-such-user`, {}],
    ["DELETE", `/members/${owner.user.id}`, undefined],
    ["GET", "/messages", undefined],
    ["POST", "/messages", { body: "x" }],
    ["PATCH", "/messages/1", { body: "x" }],
    ["DELETE", "/messages/1", undefined],
    ["PUT", "/messages/1/reactions/👍", undefined],
    ["PUT", "/read", { seq: 1 }],
  ] as const) {
    const [hidden, absent] = await Promise.all(
      [id, never].map(async (thread) => {
        const response = await stranger.call(method, `/api/threads/${thread}${path}`, body);
        return { status: response.status, body: await response.text() };
      }),
    );
    expect(hidden, `${method} ${path}`).toEqual(absent);
    expect(hidden?.status).toBe(404);
  }
});

it("never rate limits a stranger, which would disclose that the thread exists", async () => {
  const [owner, stranger] = await Promise.all([person("Owner"), person("Stranger")]);
  const { id } = await newThread(owner, "group");
  const statuses = new Set<number>();
  for (let i = 0; i < 25; i++) {
    statuses.add((await stranger.call("POST", `/api/threads/${id}/messages`, { body: "x" })).status);
  }
  expect([...statuses]).toEqual([404]);
});
