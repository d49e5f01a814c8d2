/** What the first front end does, as each of its versions makes it: by REST and the unmodified client, with a cookie. */
import type { ManagerOptions, SocketOptions } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage, ChatReaction, ChatThreadShape } from "../../src/protocol/first-front-end.ts";
import { Server } from "../chaos/support/server.ts";
import { signIn } from "../chaos/support/users.ts";
import { TestClient } from "./support/client.ts";

/** As a build names its pictures. */
const FROG = "/static/media/1.5e2ab03c.gif";
const GIF = "https://media2.giphy.com/media/frog/giphy.gif";
const STICKER = "https://chat.example.com/stickers/lilypad.png";
const DELETED = "Message deleted by user";

interface Version {
  options: Partial<ManagerOptions & SocketOptions>;
  /** What it emits to join a thread's room, and with a message that REST has stored. */
  join: (userId: string, room: number) => object;
  chat: (message: ChatMessage) => object;
}

const VERSIONS: Record<string, Version> = {
  "2023": {
    options: {},
    join: (_, room) => ({ room }),
    chat: (message) => message,
  },
  "2024": {
    options: {},
    join: (user, room) => ({ user, room }),
    chat: (message) => ({ ...message, room: message.threadId }),
  },
  "2025": {
    options: { transports: ["websocket", "polling"], upgrade: true, timeout: 20_000 },
    join: (user, room) => ({ user, room: Number(String(room)) }),
    chat: (message) => ({ ...message, room: message.threadId }),
  },
};

let server: Server;
const clients: TestClient[] = [];

beforeAll(async () => {
  server = await Server.start({ REACTION_NAMES: JSON.stringify({ [FROG]: "🐸" }) }, { inspector: false });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => server.stop());

/** Somebody with the front end open in their browser, which has a session cookie. */
class Visitor {
  readonly id: string;
  readonly #cookie: string;
  readonly #version: Version;

  private constructor(id: string, cookie: string, version: Version) {
    this.id = id;
    this.#cookie = cookie;
    this.#version = version;
  }

  static async signIn(id: string, version: Version): Promise<Visitor> {
    const [user] = await signIn(server, [id]);
    const response = await fetch(`${server.url}/api/session`, {
      method: "POST",
      headers: { authorization: `Bearer ${user?.token}` },
    });
    return new Visitor(id, response.headers.getSetCookie()[0]?.split(";")[0] ?? "", version);
  }

  async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(server.url + path, {
      method,
      headers: { cookie: this.#cookie, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return (await response.json()) as T;
  }

  async connect(): Promise<TestClient> {
    const { options } = this.#version;
    const client = new TestClient(server.url, {
      withCredentials: true,
      extraHeaders: { cookie: this.#cookie },
      ...options,
    });
    clients.push(client);
    await client.next("connect");
    return client;
  }

  async chats(): Promise<ChatThreadShape[]> {
    const { ChatThreads } = await this.ask<{ ChatThreads: ChatThreadShape[] }>("GET", "/api/chat_threads");
    return ChatThreads;
  }

  /** Loads all chats and joins their rooms. */
  async joinAll(client: TestClient): Promise<void> {
    for (const { id } of await this.chats()) {
      client.socket.emit("join", this.#version.join(this.id, id));
      await client.next("joined", ({ room }) => room === id);
    }
  }

  async say(client: TestClient, { id }: ChatThreadShape, content: string): Promise<ChatMessage> {
    const body = { content, receiver_id: "?" };
    const message = await this.ask<ChatMessage>("POST", `/api/chat_threads/${id}/messages`, body);
    client.socket.emit("chat", this.#version.chat(message));
    return message;
  }
}

describe.each(Object.entries(VERSIONS))("the front end of %s", (year, version) => {
  it("starts a chat, sends texts and pictures, deletes, and has it read", async () => {
    const [ada, bob, eve] = await Promise.all(
      ["ada", "bob", "eve"].map((name) => Visitor.signIn(`${name}-${year}`, version)),
    );
    if (!ada || !bob || !eve) throw new Error("nobody signed in");
    const here = await ada.connect();
    expect(await ada.chats()).toEqual([]);
    const chat = await ada.ask<ChatThreadShape>("POST", "/api/chat_threads", { receiverId: bob.id });
    // The first version joins no chat that has no number.
    expect(chat.id).toBeGreaterThan(-1);
    here.socket.emit("join", version.join(ada.id, chat.id));
    await here.next("joined");
    const there = await bob.connect();
    await bob.joinAll(there);

    /** The total on the navigation. */
    const totals = async (...expected: number[]) => {
      await expect.poll(() => there.all("unread_count").map(([{ count }]) => count)).toEqual(expected);
    };
    await totals(0);
    const sent: ChatMessage[] = [];
    for (const content of ["hello", GIF, STICKER]) sent.push(await ada.say(here, chat, content));
    for (const client of [here, there]) {
      await client.next("chat", ({ id }) => id === sent.at(-1)?.id);
      // Each once, though it was stored by REST and emitted.
      const shown = client.all("chat").map(([message]) => message);
      expect(shown.map(({ id, threadId, content }) => [id, threadId, content])).toEqual(
        sent.map(({ id, content }) => [id, chat.id, content]),
      );
      for (const { sender, createdAt } of shown) {
        expect(sender).toEqual({ id: ada.id, username: ada.id, name: ada.id, profileImg: null });
        expect(Date.parse(createdAt)).toBeGreaterThan(0);
      }
    }

    // The thread is called as it was joined.
    await expect
      .poll(() => there.all("new_message")[0])
      .toMatchObject([{ threadId: chat.id, author: { id: ada.id } }]);
    await totals(0, 1);
    const unread = async () => (await bob.chats()).map(({ hasUnread }) => hasUnread);
    expect(await unread()).toEqual([true]);
    const opened = await bob.ask<ChatThreadShape>("GET", `/api/chat_threads/${chat.id}`);
    expect(opened.messages.map(({ id, content }) => [id, content])).toEqual(
      sent.map(({ id, content }) => [id, content]),
    );
    expect(opened.users.map(({ username }) => username)).toEqual([ada.id, bob.id]);
    expect(await unread()).toEqual([false]);
    await totals(0, 1, 0);
    await ada.say(here, chat, "one more");
    await totals(0, 1, 0, 1);
    expect(await unread()).toEqual([true]);
    await bob.ask("PUT", `/api/chat_threads/${chat.id}/read`);
    await totals(0, 1, 0, 1, 0);
    expect(await unread()).toEqual([false]);

    const [first] = sent;
    if (!first) throw new Error("nothing was sent");
    await ada.ask("PUT", `/api/chat_threads/messages/${first.id}`);
    here.socket.emit("delete", { id: first.id, room: chat.id });
    for (const client of [here, there])
      expect(await client.next("deleted")).toMatchObject([{ id: first.id, room: chat.id, msg: DELETED }]);

    // A client hears of all that it emitted before it is answered this.
    for (const client of [here, there]) {
      await client.ask("join", { room: chat.id });
      expect(client.all("chat")).toHaveLength(4);
      expect(client.all("deleted")).toHaveLength(1);
      expect(client.all("error")).toEqual([]);
    }

    const stranger = await eve.connect();
    stranger.socket.emit("join", version.join(eve.id, chat.id));
    expect(await stranger.next("error")).toMatchObject([{ code: "not_found", event: "join" }]);
    await expect(eve.say(stranger, chat, "hello")).rejects.toThrow("404");
  });
});

describe.each(Object.entries(VERSIONS).slice(1))("the front end of %s", (year, version) => {
  it("reacts with a frog, and takes it back, by REST and an event", async () => {
    const [ada, bob] = await Promise.all(
      ["ada", "bob"].map((name) => Visitor.signIn(`${name}-frog-${year}`, version)),
    );
    if (!ada || !bob) throw new Error("nobody signed in");
    const chat = await ada.ask<ChatThreadShape>("POST", "/api/chat_threads", { receiverId: bob.id });
    const [here, there] = [await ada.connect(), await bob.connect()];
    for (const [visitor, client] of [
      [ada, here],
      [bob, there],
    ] as const)
      await visitor.joinAll(client);
    const { id: messageId } = await ada.say(here, chat, "frogs?");
    const path = `/api/chat_reactions/messages/${messageId}`;
    const frog = { messageId, reactionType: FROG };
    const reactions = async () => (await ada.ask<{ reactions: ChatReaction[] }>("GET", path)).reactions;
    for (const [method, event, heard] of [
      ["POST", "add_reaction", "reaction_added"],
      ["DELETE", "remove_reaction", "reaction_removed"],
    ] as const) {
      await bob.ask(method, path, { reaction: FROG });
      there.socket.emit(event, { ...frog, room: chat.id });
      for (const client of [here, there])
        expect(await client.next(heard)).toMatchObject([{ ...frog, userId: bob.id }]);
      const left = method === "POST" ? [{ ...frog, userId: bob.id }] : [];
      expect(await reactions()).toMatchObject(left);
    }
    await there.ask("join", { room: chat.id });
    for (const client of [here, there])
      for (const name of ["reaction_added", "reaction_removed"]) expect(client.all(name)).toHaveLength(1);
    expect(there.all("error")).toEqual([]);
  });
});

describe("the front end of 2023", () => {
  it("opens a connection for each chat that is selected, and hears of each chat there", async () => {
    const version = VERSIONS["2023"] as Version;
    const [ada, bob, cat] = await Promise.all(
      ["ada-many", "bob-many", "cat-many"].map((name) => Visitor.signIn(name, version)),
    );
    if (!ada || !bob || !cat) throw new Error("nobody signed in");
    const chats: ChatThreadShape[] = [];
    const connections: TestClient[] = [];
    for (const other of [bob, cat]) {
      const chat = await ada.ask<ChatThreadShape>("POST", "/api/chat_threads", { receiverId: other.id });
      const client = await ada.connect();
      client.socket.emit("join", version.join(ada.id, chat.id));
      await client.next("joined");
      chats.push(chat);
      connections.push(client);
    }
    for (const [i, other] of [bob, cat].entries()) {
      const [chat, client] = [chats[i], connections[i]];
      if (!chat || !client) throw new Error("no chat");
      await other.say(await other.connect(), chat, "hello");
      expect(await client.next("chat")).toMatchObject([{ threadId: chat.id, sender: { id: other.id } }]);
    }
    for (const client of connections) expect(client.all("chat")).toHaveLength(1);
  });
});

describe("the front end of 2025", () => {
  it("sees the first message of a new chat once, whether its join or REST comes first", async () => {
    const version = VERSIONS["2025"] as Version;
    const ada = await Visitor.signIn("ada-first", version);
    const here = await ada.connect();
    for (const isJoinLate of [false, true]) {
      const bob = await Visitor.signIn(`bob-first-${isJoinLate}`, version);
      const chat = await ada.ask<ChatThreadShape>("POST", "/api/chat_threads", { receiverId: bob.id });
      const join = () => here.socket.emit("join", version.join(ada.id, chat.id));
      if (!isJoinLate) {
        join();
        await here.next("joined");
      }
      const path = `/api/chat_threads/${chat.id}/messages`;
      const message = await ada.ask<ChatMessage>("POST", path, { content: "hello" });
      if (isJoinLate) join();
      for (let times = 0; times < 2; times++)
        expect(await here.ask("chat", version.chat(message))).toMatchObject({ ok: true });
      const shown = here.all("chat").filter(([{ id }]) => id === message.id);
      expect(shown.length).toBe(1);
    }
  });

  it("joins all rooms again whenever anything changes, and none after a lost connection", async () => {
    const version = VERSIONS["2025"] as Version;
    const [ada, bob] = await Promise.all(
      ["ada-lost", "bob-lost"].map((name) => Visitor.signIn(name, version)),
    );
    if (!ada || !bob) throw new Error("nobody signed in");
    const chat = await ada.ask<ChatThreadShape>("POST", "/api/chat_threads", { receiverId: bob.id });
    const [here, there] = [await ada.connect(), await bob.connect()];
    for (let times = 0; times < 50; times++) await bob.joinAll(there);
    await ada.say(here, chat, "before");
    await there.next("chat");
    there.socket.io.engine.close();
    await there.next("disconnect");
    await ada.say(here, chat, "meanwhile");
    await there.next("connect");
    expect(there.socket.recovered).toBe(true);
    await ada.say(here, chat, "after");
    await there.next("chat", ({ content }) => content === "after");
    expect(there.all("chat").map(([{ content }]) => content)).toEqual(["before", "meanwhile", "after"]);
  });
});
