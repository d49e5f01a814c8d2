/** `/api/chat_threads` and `/api/chat_reactions`: what the other routes do, in the first front end's shapes. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ERROR_STATUS } from "../../../src/protocol/errors.ts";
import type {
  ChatMessage,
  ChatReaction,
  ChatThreadShape as Chat,
} from "../../../src/protocol/first-front-end.ts";
import type { ThreadPage } from "../../../src/protocol/http.ts";
import { CHAT_LIST_WHOLE_THREADS, PAGE_DEFAULT } from "../../../src/protocol/limits.ts";
import { numberOf } from "../../../src/protocol/socketio/room-names.ts";
import { fillHistory } from "../../support/history.ts";
import { host, hostAs } from "../../support/host-server.ts";
import { call, newThread, person, unknownPerson, type Person } from "../../support/host-users.ts";
import { SocketIoTestSocket } from "../../support/socketio.ts";
import { eventually } from "../../support/eventually.ts";
import { limiter, problemOf, requestWith, withLimits } from "../requests.ts";

const CHATS = "/api/chat_threads";

/** The answer, which has to be this one. */
async function answer<T>(response: Promise<Response>, status = 200): Promise<T> {
  const answered = await response;
  if (answered.status !== status) throw new Error(`${answered.status}: ${await answered.text()}`);
  return (await answered.json()) as T;
}

async function refusal(response: Promise<Response>): Promise<string> {
  return (await problemOf(await response)).code;
}

const start = (who: Person, other: Person) =>
  answer<Chat>(who.call("POST", CHATS, { receiverId: other.user.id }), 201);
const say = (who: Person, { id }: Chat, content: string) =>
  answer<ChatMessage>(who.call("POST", `${CHATS}/${id}/messages`, { content, receiver_id: "?" }), 201);
const list = async (who: Person) =>
  (await answer<{ ChatThreads: Chat[] }>(who.call("GET", CHATS))).ChatThreads;
const open = (who: Person, { id }: Chat) => answer<Chat>(who.call("GET", `${CHATS}/${id}`));

async function chatOfTwo() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const chat = await start(ada, bob);
  const { threads } = await answer<{ threads: { id: string }[] }>(ada.call("GET", "/api/threads"));
  return { ada, bob, chat, threadId: threads[0]?.id ?? "" };
}

const shown = ({ user }: Person) => ({
  id: user.id,
  username: user.name,
  name: user.name,
  profileImg: null,
});
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("starting a chat", () => {
  it("makes the pair's direct thread once, whoever asks, and opens it again", async () => {
    const { ada, bob, chat, threadId } = await chatOfTwo();
    expect(chat).toEqual({
      id: numberOf(threadId),
      messages: [],
      users: [shown(ada), shown(bob)],
      hasUnread: false,
      createdAt: expect.stringMatching(ISO),
      updatedAt: chat.createdAt,
    });
    const again = await answer<Chat>(bob.call("POST", CHATS, { receiverId: ada.user.id }));
    expect(again).toEqual(chat);
    const made = await answer<{ id: string }>(
      ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] }),
    );
    expect(made.id).toBe(threadId);
  });

  it("takes an application's number for the user of this id", async () => {
    const ada = await person("Ada");
    const id = Math.floor(Math.random() * 1e12);
    await answer(host("PUT", `/api/users/${id}`, { name: "Numbered" }));
    const { users } = await answer<Chat>(ada.call("POST", CHATS, { receiverId: id }), 201);
    expect(users.map((user) => user.id)).toContain(String(id));
  });

  it("is refused with oneself, with somebody unknown, and without a receiver", async () => {
    const [ada, nobody] = [await person("Ada"), await unknownPerson("Nobody")];
    const asked = (body: object) => refusal(ada.call("POST", CHATS, body));
    expect(await asked({ receiverId: ada.user.id })).toBe("bad_request");
    expect(await asked({ receiverId: nobody.user.id })).toBe("not_found");
    expect(await asked({ receiver: "bob" })).toBe("bad_request");
  });
});

describe("a message", () => {
  it("is stored once, though its answer is emitted after it, and is read when the chat is opened", async () => {
    const { ada, bob, chat, threadId } = await chatOfTwo();
    const hears = await SocketIoTestSocket.connect(bob);
    const emits = await SocketIoTestSocket.connect(ada);
    for (const socket of [hears, emits])
      expect(await socket.ask("join", { user: "?", room: chat.id })).toMatchObject({ ok: true });
    const sent = await say(ada, chat, "https://media1.giphy.com/frog.gif");
    expect(sent).toEqual({
      id: `${chat.id}-1`,
      threadId: chat.id,
      content: "https://media1.giphy.com/frog.gif",
      read: false,
      sender: shown(ada),
      receiver: shown(bob),
      reactions: [],
      createdAt: expect.stringMatching(ISO),
    });
    const emitted = await emits.ask<{ message: { id: string } }>("chat", { ...sent, room: chat.id });
    expect(emitted).toMatchObject({ ok: true, message: { id: sent.id, seq: 1 } });
    await say(ada, chat, "second");
    const heard = (id: string) =>
      hears.next((frame) => frame.startsWith('42["chat"') && frame.includes(`"${id}"`));
    await heard(`${chat.id}-2`);
    expect(hears.events<ChatMessage>("chat").map(({ id }) => id)).toEqual([`${chat.id}-1`, `${chat.id}-2`]);

    expect((await list(bob))[0]).toMatchObject({ id: chat.id, hasUnread: true });
    const opened = await open(bob, chat);
    expect(opened.hasUnread).toBe(false);
    expect(opened.messages.map(({ content, read }) => [content, read])).toEqual([
      [sent.content, true],
      ["second", true],
    ]);
    expect(opened.updatedAt).toBe(opened.messages[1]?.createdAt);
    expect((await list(bob))[0]).toMatchObject({ hasUnread: false });
    const { unread } = await answer<{ unread: number }>(
      bob.call("PUT", `/api/threads/${threadId}/read`, { seq: 0 }),
    );
    expect(unread).toBe(0);
    expect(await answer(ada.call("GET", `${CHATS}/messages/${sent.id}`))).toEqual({ ...sent, read: true });
  });

  it("is marked read by PUT, too, which answers as GET does", async () => {
    const { ada, bob, chat } = await chatOfTwo();
    await say(ada, chat, "hello");
    expect((await list(bob))[0]?.hasUnread).toBe(true);
    const read = await answer<Chat>(bob.call("PUT", `${CHATS}/${chat.id}/read`));
    expect(read.hasUnread).toBe(false);
    expect(await open(bob, chat)).toEqual(read);
  });

  it("that is deleted says so, everywhere and however often it is deleted", async () => {
    const { ada, bob, chat } = await chatOfTwo();
    const sent = await say(ada, chat, "secret");
    expect(await refusal(bob.call("PUT", `${CHATS}/messages/${sent.id}`))).toBe("forbidden");
    const deleted = { ...sent, content: "Message deleted by user" };
    for (let times = 0; times < 2; times++)
      expect(await answer(ada.call("PUT", `${CHATS}/messages/${sent.id}`))).toEqual(deleted);
    expect((await open(bob, chat)).messages).toEqual([{ ...deleted, read: true }]);
    expect((await list(bob))[0]?.messages[0]?.content).toBe(deleted.content);
  });
});

describe("a reaction", () => {
  it("is one of each user and name, is there once and taken back once", async () => {
    const { ada, bob, chat } = await chatOfTwo();
    const { id } = await say(ada, chat, "frogs?");
    const path = `/api/chat_reactions/messages/${id}`;
    const frog = "/static/media/1.5e2a.gif";
    const settings = { REACTION_NAMES: JSON.stringify({ [frog]: "🐸" }) };
    const ask = (who: Person, method: string, reaction?: string) =>
      requestWith(settings, path, {
        method,
        headers: { authorization: `Bearer ${who.token}`, "content-type": "application/json" },
        ...(reaction !== undefined && { body: JSON.stringify({ reaction }) }),
      });
    const of = ({ user }: Person, reactionType: string, emoji: string) => ({
      id: `${id}-${user.id}-${emoji}`,
      messageId: id,
      userId: user.id,
      reactionType,
      emoji,
    });
    const reactions = async (who: Person) =>
      (await answer<{ reactions: ChatReaction[] }>(ask(who, "GET"))).reactions;
    for (const _ of ["once", "again"])
      expect(await answer(ask(bob, "POST", frog), 201)).toEqual(of(bob, frog, "🐸"));
    expect(await answer(ask(ada, "POST", "👍"), 201)).toEqual(of(ada, "👍", "👍"));
    expect(await reactions(ada)).toEqual([of(bob, frog, "🐸"), of(ada, "👍", "👍")]);
    for (const _ of ["once", "again"])
      expect(await answer(ask(bob, "DELETE", frog))).toEqual(of(bob, frog, "🐸"));
    expect(await reactions(bob)).toEqual([of(ada, "👍", "👍")]);
    expect(await refusal(ask(bob, "POST", "/static/media/2.gif"))).toBe("bad_request");
    await answer(ada.call("PUT", `${CHATS}/messages/${id}`));
    expect(await refusal(ask(bob, "POST", frog))).toBe("gone");
    expect(await reactions(bob)).toEqual([]);
  });
});

describe("the list", () => {
  it("has the newest page of the most recent chats, and the newest message of the others, in few calls", async () => {
    const ada = await person("Ada");
    const others = await Promise.all(
      Array.from({ length: CHAT_LIST_WHOLE_THREADS + 3 }, () => person("Bob")),
    );
    const silent = await person("Silent");
    await start(silent, ada);
    const chats: Chat[] = [];
    for (const other of others) {
      const chat = await start(other, ada);
      await say(other, chat, `first\n${"x".repeat(200)}`);
      await say(other, chat, `second ${"x".repeat(200)}`);
      chats.push(chat);
    }
    // What follows a first message is sent on within two seconds.
    await eventually(async () => {
      const { threads } = (await (await ada.call("GET", "/api/threads?limit=100")).json()) as ThreadPage;
      expect(threads.filter(({ lastMessage }) => lastMessage?.seq === 2)).toHaveLength(chats.length);
    });
    let calls = 0;
    const counted = (namespace: DurableObjectNamespace): DurableObjectNamespace =>
      new Proxy(namespace, {
        get(target, key: keyof DurableObjectNamespace) {
          if (key === "get") calls += 1;
          const value = target[key];
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    const { ChatThreads: shownChats } = await answer<{ ChatThreads: Chat[] }>(
      requestWith(
        {
          CHAT_THREAD: counted(env.CHAT_THREAD),
          PRESENCE: counted(env.PRESENCE),
        } as unknown as Parameters<typeof requestWith>[0],
        CHATS,
        { headers: { authorization: `Bearer ${ada.token}` } },
      ),
    );
    expect(calls).toBeLessThan(50);
    expect(calls).toBeGreaterThan(CHAT_LIST_WHOLE_THREADS);
    // Nothing was ever said in the oldest.
    expect(shownChats.map(({ id }) => id)).toEqual(chats.map(({ id }) => id).toReversed());
    expect(shownChats.every(({ hasUnread, users }) => hasUnread && users.length === 2)).toBe(true);
    const whole = shownChats.slice(0, CHAT_LIST_WHOLE_THREADS);
    expect(whole.every(({ messages }) => messages.length === 2)).toBe(true);
    const [oldest] = others;
    const last = shownChats.at(-1);
    if (!oldest || !last) throw new Error("no chats");
    expect(last).toMatchObject({
      messages: [
        { id: `${last.id}-2`, threadId: last.id, read: false, sender: shown(oldest), receiver: shown(ada) },
      ],
      updatedAt: last.messages[0]?.createdAt,
    });
    expect(last.messages[0]?.content).toMatch(/^second x+…$/);
    // What was shortened is whole once it is opened.
    expect((await open(ada, last)).messages.map(({ content }) => content.length)).toEqual([206, 207]);
  });

  it("has a page of messages of a chat at most, the newest", async () => {
    const { ada, bob, chat, threadId } = await chatOfTwo();
    await fillHistory(threadId, ada, PAGE_DEFAULT + 1);
    await say(ada, chat, "newest");
    const [listed] = await list(bob);
    expect(listed?.messages).toHaveLength(PAGE_DEFAULT);
    expect(listed?.messages.at(-1)?.content).toBe("newest");
  });

  it("leaves out what its reader may not see any more, and shows groups", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const group = await newThread(ada, "group", [bob], "Pond");
    const gone = await newThread(ada, "group", [bob], "Dry");
    await answer(ada.call("POST", `/api/threads/${group.id}/messages`, { body: "hello" }), 201);
    await ada.call("DELETE", `/api/threads/${gone.id}`);
    const [chat, ...rest] = await list(bob);
    expect(rest).toEqual([]);
    expect(chat).toMatchObject({ id: numberOf(group.id), users: [shown(ada), shown(bob)] });
    expect(chat?.messages).toMatchObject([{ content: "hello", receiver: null, read: false }]);
  });

  it("has a limit of its own, which the host's server has not", async () => {
    const ada = await person("Ada");
    const settings = withLimits({ CHAT_LIST_LIMIT: limiter(1) });
    const ask = () => requestWith(settings, CHATS, { headers: { authorization: `Bearer ${ada.token}` } });
    expect((await ask()).status).toBe(200);
    expect(await refusal(ask())).toBe("rate_limited");
    expect((await hostAs(ada, "GET", CHATS)).status).toBe(200);
  });
});

describe("a stranger", () => {
  it("finds no chat of others, whatever they send", async () => {
    const { ada, chat } = await chatOfTwo();
    const eve = await person("Eve");
    const { id } = await say(ada, chat, "hello");
    const asked: [string, string, unknown?][] = [
      ["GET", `${CHATS}/${chat.id}`],
      ["PUT", `${CHATS}/${chat.id}/read`],
      ["POST", `${CHATS}/${chat.id}/messages`, { content: "" }],
      ["GET", `${CHATS}/messages/${id}`],
      ["PUT", `${CHATS}/messages/${id}`],
      ["GET", `/api/chat_reactions/messages/${id}`],
      ["POST", `/api/chat_reactions/messages/${id}`, { reaction: "no emoji" }],
      ["DELETE", `/api/chat_reactions/messages/${id}`, { reaction: "👍" }],
    ];
    for (const [method, path, body] of asked) {
      expect(await refusal(eve.call(method, path, body)), `${method} ${path}`).toBe("not_found");
      expect(await refusal(call(method, path, body)), `${method} ${path}`).toBe("unauthenticated");
    }
    expect(await list(eve)).toEqual([]);
    expect(await refusal(call("GET", CHATS))).toBe("unauthenticated");
    expect(await refusal(host("GET", CHATS))).toBe("forbidden");
    // A member is answered what is wrong.
    expect(await refusal(ada.call("POST", `${CHATS}/${chat.id}/messages`, { content: " " }))).toBe(
      "bad_request",
    );
  });

  it.each(["x", "-1", "1.5", "007", "9007199254740993", "99999999999999999"])(
    "as anybody, finds nothing by the number %s",
    async (number) => {
      const ada = await person("Ada");
      for (const path of [
        `${CHATS}/${number}`,
        `${CHATS}/messages/${number}`,
        `${CHATS}/messages/${number}-1`,
      ])
        expect(await refusal(ada.call("GET", path)), path).toBe("not_found");
    },
  );
});

describe("another site", () => {
  it.each<[string, Record<string, string>]>([
    ["its script", { origin: "https://evil.example" }],
    ["its pictures and links", { "sec-fetch-site": "cross-site" }],
    ["a neighbour's", { "sec-fetch-site": "same-site" }],
  ])("cannot mark a chat as read: %s", async (_, headers) => {
    const { ada, bob, chat } = await chatOfTwo();
    await say(ada, chat, "hello");
    const asked = (more: Record<string, string>) =>
      call("GET", `${CHATS}/${chat.id}`, undefined, { authorization: `Bearer ${bob.token}`, ...more });
    const refused = await asked(headers);
    expect(refused.status).toBe(ERROR_STATUS.forbidden);
    expect((await list(bob))[0]?.hasUnread).toBe(true);
    const allowed = await asked({ origin: "https://app.example", "sec-fetch-site": "cross-site" });
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(await answer<Chat>(Promise.resolve(allowed))).toMatchObject({ hasUnread: false });
  });
});
