/** A user whose host gives them another name or picture has it everywhere, live as in a fresh load. */
import { beforeEach, describe, expect, it } from "vitest";
import type { PresenceEvent } from "../../src/protocol/events.ts";
import type { MessagePage, ThreadPage } from "../../src/protocol/http.ts";
import type { Thread, User } from "../../src/protocol/model.ts";
import { interceptCalls } from "../support/calls.ts";
import { evict, threadStub } from "../support/objects.ts";
import {
  call,
  newThread,
  person,
  renamed,
  signIn,
  unique,
  unknownPerson,
  type Person,
} from "../support/host-users.ts";
import { eventually } from "../support/eventually.ts";
import { openPresence, openThread, upgrade } from "../support/socket.ts";

let ada: Person;
let bob: Person;

beforeEach(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
});

async function get<T>(who: Person, path: string): Promise<T> {
  return (await who.call("GET", path)).json();
}

const send = (who: Person, threadId: string, body: string) =>
  who.call("POST", `/api/threads/${threadId}/messages`, { body });

/** Everyone whom a thread names to one who loads it anew, by id. */
async function namesIn(who: Person, threadId: string): Promise<Record<string, string>> {
  const { members } = await get<Thread>(who, `/api/threads/${threadId}`);
  const { messages } = await get<MessagePage>(who, `/api/threads/${threadId}/messages`);
  const users: User[] = [...messages.map(({ author }) => author), ...members.map(({ user }) => user)];
  const names = Object.groupBy(users, ({ id }) => id);
  return Object.fromEntries(
    Object.entries(names).map(([id, all = []]) => [id, [...new Set(all.map(({ name }) => name))].join()]),
  );
}

/** How a user's list shows the others: the names in titles of direct threads, and of the authors of the newest messages. */
async function namesInList(who: Person): Promise<string[]> {
  const { threads } = await get<ThreadPage>(who, "/api/threads");
  const users = threads.flatMap(({ members = [], lastMessage }) => members.concat(lastMessage?.author ?? []));
  return [...new Set(users.filter(({ id }) => id !== who.user.id).map(({ name }) => name))];
}

/** What the newest message's author in a thread is called, in the events that a tab has received. */
function authorsIn({ events }: { events: readonly PresenceEvent[] }, threadId: string): string[] {
  return events.flatMap((event) => {
    if (event.type === "new_message") return event.threadId === threadId ? [event.author.name] : [];
    if (event.type !== "thread" || event.thread.id !== threadId) return [];
    return event.thread.lastMessage?.author.name ?? [];
  });
}

/** The ways in which a token can bring news of its user. */
const entrances: [how: string, use: (who: Person, threadId: string) => Promise<unknown>][] = [
  ["a sign-in", (who) => signIn(who)],
  ["a presence socket", (who) => openPresence(who)],
  ["a room's socket", (who, threadId) => openThread(who, threadId)],
  ["a message over HTTP", (who, threadId) => send(who, threadId, "it is me")],
  [
    "a fresh token on a presence socket",
    async (who) => (await openPresence(ada)).ask({ type: "auth", id: "1", token: who.token }),
  ],
  [
    "a fresh token on a room's socket",
    async (who, threadId) =>
      (await openThread(ada, threadId)).ask({ type: "auth", id: "1", token: who.token }),
  ],
];

describe("a new name", () => {
  it.each(entrances)("in the token of %s reaches rooms, lists and other threads", async (_how, use) => {
    const group = await newThread(ada, "group", [bob], "Pond");
    const direct = await newThread(bob, "direct", [ada]);
    await send(ada, group.id, "hello");
    const [room, otherRoom] = [await openThread(bob, group.id), await openThread(bob, direct.id)];
    const [tab, ownTab] = [await openPresence(bob), await openPresence(ada)];
    const countess = await renamed(ada, "Countess");
    await use(countess, group.id);

    expect(await room.next("user")).toEqual({ type: "user", user: countess.user });
    expect(await otherRoom.next("user")).toEqual({ type: "user", user: countess.user });
    expect(await ownTab.next("user")).toEqual({ type: "user", user: countess.user });
    // By itself, or with a message that came at the same time.
    await eventually(() => expect(authorsIn(tab, group.id).at(-1)).toBe("Countess"));
    for (const { id } of [group, direct]) expect((await namesIn(bob, id))[ada.user.id], id).toBe("Countess");
    await eventually(async () => expect(await namesInList(bob)).toEqual(["Countess"]));
    expect(await get(bob, `/api/users/${ada.user.id}`)).toEqual(countess.user);
  });

  it("reaches the list's title of a direct thread, live and in a fresh load", async () => {
    const direct = await newThread(bob, "direct", [ada]);
    const tab = await openPresence(bob);
    await signIn(await renamed(ada, "Countess"));
    const { thread } = await tab.next("thread");
    expect(thread.members?.map(({ name }) => name).toSorted()).toEqual(["Bob", "Countess"]);
    const { threads } = await get<ThreadPage>(bob, "/api/threads");
    expect(threads).toEqual([thread]);
    expect(thread.id).toBe(direct.id);
  });

  it("is found by a search, and the former one no longer", async () => {
    const [before, after] = [unique("Before"), unique("After")];
    await signIn(await renamed(ada, before));
    await signIn(await renamed(ada, after));
    const find = async (q: string) => (await get<{ users: User[] }>(bob, `/api/users?q=${q}`)).users;
    expect(await find(before)).toEqual([]);
    expect(await find(after)).toEqual([{ id: ada.user.id, name: after }]);
  });

  it("comes with a new picture, and a picture that is no longer there goes", async () => {
    const thread = await newThread(ada, "group", [bob]);
    const room = await openThread(bob, thread.id);
    const picture = "https://pics.example/a.png";
    await signIn(await renamed(ada, "Ada", { picture }));
    expect((await room.next("user")).user).toEqual({ ...ada.user, avatarUrl: picture });
  });

  it("is what one is called oneself, in welcomes and as one joins", async () => {
    const thread = await newThread(ada, "group", [bob]);
    const cookie = await sessionOf(ada);
    await signIn(await renamed(ada, "Countess"));
    const room = await openThread(bob, thread.id);
    await eventually(async () => expect((await namesIn(bob, thread.id))[ada.user.id]).toBe("Countess"));
    const own = await upgrade(`/api/threads/${thread.id}/socket`, { cookie });
    expect(await own.next("welcome" as never)).toMatchObject({ user: { name: "Countess" } });
    expect((await room.next("join")).user.name).toBe("Countess");
    const tab = await upgrade("/api/presence/socket", { cookie });
    expect(await tab.next("welcome" as never)).toMatchObject({ user: { name: "Countess" } });
  });
});

/** The cookie of a session that begins now. */
async function sessionOf(who: Person): Promise<string> {
  const response = await who.call("POST", "/api/session");
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

describe("a former name", () => {
  it("in a cookie made before the renaming does not come back", async () => {
    const thread = await newThread(ada, "group", [bob]);
    const cookie = await sessionOf(ada);
    await signIn(await renamed(ada, "Countess"));
    const room = await openThread(bob, thread.id);
    await eventually(async () => expect((await namesIn(bob, thread.id))[ada.user.id]).toBe("Countess"));
    for (const path of [`/api/threads/${thread.id}/socket`, "/api/presence/socket"])
      await upgrade(path, { cookie });
    await call("POST", `/api/threads/${thread.id}/messages`, { body: "hi" }, { cookie });
    await room.next("chat");
    expect(await get(bob, `/api/users/${ada.user.id}`)).toMatchObject({ name: "Countess" });
    expect(await namesIn(bob, thread.id)).toMatchObject({ [ada.user.id]: "Countess" });
  });

  it("in a token issued earlier than the one that renamed does not come back", async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const [older, newer] = [
      await renamed(ada, "Older", { iat: seconds + 10 }),
      await renamed(ada, "Newer", { iat: seconds + 20 }),
    ];
    const thread = await newThread(ada, "group", [bob]);
    await signIn(newer);
    await signIn(older);
    await openThread(older, thread.id);
    await openPresence(older);
    expect(await get(bob, `/api/users/${ada.user.id}`)).toMatchObject({ name: "Newer" });
    await eventually(async () => expect((await namesIn(bob, thread.id))[ada.user.id]).toBe("Newer"));
  });

  it("does not come into a thread that one makes or joins by an older credential", async () => {
    const cookie = await sessionOf(ada);
    await signIn(await renamed(ada, "Countess"));
    const made = await call("POST", "/api/threads", { kind: "group", memberIds: [bob.user.id] }, { cookie });
    const { id, members } = await made.json<Thread>();
    expect(members.find(({ user }) => user.id === ada.user.id)?.user.name).toBe("Countess");
    expect(await namesIn(bob, id)).toMatchObject({ [ada.user.id]: "Countess" });

    const lobby = await newThread(bob, "public", [], "Lobby");
    const room = await openThread(bob, lobby.id);
    await upgrade(`/api/threads/${lobby.id}/socket`, { cookie });
    expect((await room.next("user")).user.name).toBe("Countess");
    expect(await namesIn(bob, lobby.id)).toMatchObject({ [ada.user.id]: "Countess" });
  });
});

describe("a token without iat", () => {
  const untimed = (who: Person, name: string) => renamed(who, name, { iat: undefined });

  it.each(entrances.slice(1))(
    "in %s renames nobody: it may be older than another device's",
    async (_how, use) => {
      const thread = await newThread(ada, "group", [bob]);
      const room = await openThread(bob, thread.id);
      for (const name of ["Ada of the phone", "Ada"]) await use(await untimed(ada, name), thread.id);
      // A name that counts comes after whatever these would have sent.
      const countess = await renamed(ada, "Countess");
      await signIn(countess);
      expect((await room.next("user")).user).toEqual(countess.user);
      expect(await get(bob, `/api/users/${ada.user.id}`)).toEqual(countess.user);
    },
  );

  it("names its user where a session begins", async () => {
    await signIn(await renamed(ada, "Lady"));
    const thread = await newThread(ada, "group", [bob]);
    const room = await openThread(bob, thread.id);
    const countess = await untimed(ada, "Countess");
    await signIn(countess);
    await room.next("user", ({ user }) => user.name === "Countess");
    await eventually(async () => expect((await namesIn(bob, thread.id))[ada.user.id]).toBe("Countess"));
    expect(await get(bob, `/api/users/${ada.user.id}`)).toEqual(countess.user);
  });

  it("makes its user known by that name", async () => {
    const eve = await untimed(await unknownPerson(), "Eve");
    await openPresence(eve);
    expect(await get(bob, `/api/users/${eve.user.id}`)).toEqual(eve.user);
  });
});

describe("tokens of one second that name a user differently", () => {
  it("rename them only where a session begins", async () => {
    const iat = Math.floor(Date.now() / 1000) + 10;
    const thread = await newThread(ada, "group", [bob]);
    const room = await openThread(bob, thread.id);
    const [phone, desk] = [await renamed(ada, "Phone", { iat }), await renamed(ada, "Desk", { iat })];
    await signIn(phone);
    await room.next("user", ({ user }) => user.name === "Phone");
    for (const who of [desk, phone, desk]) {
      await openPresence(who);
      await send(who, thread.id, "it is me");
      expect(await get(bob, `/api/users/${ada.user.id}`)).toEqual(phone.user);
    }
    await signIn(desk);
    expect(await get(bob, `/api/users/${ada.user.id}`)).toEqual(desk.user);
  });
});

describe("a client that was away", () => {
  it("is sent the profiles that changed meanwhile, as it resumes", async () => {
    const thread = await newThread(ada, "group", [bob]);
    await send(ada, thread.id, "hello");
    const away = await openThread(bob, thread.id);
    const { cursor } = await away.next("welcome");
    away.close();
    await signIn(await renamed(ada, "Countess"));
    await eventually(async () => expect((await namesIn(bob, thread.id))[ada.user.id]).toBe("Countess"));
    for (const evicted of [false, true]) {
      if (evicted) await evict(threadStub(thread.id));
      const back = await openThread(bob, thread.id, cursor);
      expect(await back.next()).toMatchObject({ type: "welcome", resumed: true });
      expect(await back.next()).toEqual({ type: "user", user: { id: ada.user.id, name: "Countess" } });
    }
  });

  it("is sent none that it has seen, once something durable came after", async () => {
    const thread = await newThread(ada, "group", [bob]);
    const room = await openThread(bob, thread.id);
    const countess = await renamed(ada, "Countess");
    await signIn(countess);
    await room.next("user");
    await send(countess, thread.id, "hello");
    const { rev } = await room.next("chat");
    const back = await openThread(bob, thread.id, `${thread.epoch}:${rev}`);
    await back.next("welcome");
    await send(countess, thread.id, "and again");
    expect((await back.next()).type).toBe("chat");
  });
});

it("of two outdated tokens that are used in turn asks Presence about each once", async () => {
  const thread = await newThread(ada, "group", [bob]);
  const seconds = Math.floor(Date.now() / 1000);
  const outdated = [
    await renamed(ada, "Ada B.", { iat: seconds - 100 }),
    await renamed(ada, "Ada C.", { iat: seconds - 50 }),
  ];
  const room = await openThread(ada, thread.id);
  const asked = interceptCalls("PRESENCE", "profileSeen");
  for (let i = 0; i < 5; i += 1)
    for (const { token } of outdated) await room.ask({ type: "auth", id: unique("auth"), token });
  expect(asked.made.length).toBeLessThanOrEqual(2);
  expect((await namesIn(bob, thread.id))[ada.user.id]).toBe("Ada");
});

it("of a user whom Lilypad does not know is taken over by the threads that they are used in", async () => {
  // Made a thread without ever signing in.
  const silent = await unknownPerson("Before");
  const { id } = await newThread(silent, "public", [], "Lobby");
  const room = await openThread(bob, id);
  const after = await renamed(silent, "After");
  await send(after, id, "hi");
  expect((await room.next("user")).user).toEqual(after.user);
  expect((await bob.call("GET", `/api/users/${silent.user.id}`)).status).toBe(404);
});
