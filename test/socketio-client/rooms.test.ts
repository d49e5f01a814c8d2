/** Rooms over Socket.IO, as the unmodified client sees them over each of its transports. */
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUTH_SECRET, Server, SERVER_SECRET } from "../chaos/support/server.ts";
import { signIn, type SignedInUser } from "../chaos/support/users.ts";
import { TestClient, TRANSPORTS, type TransportName } from "./support/client.ts";
import { clientsOf } from "./support/clients.ts";

let server: Server;
let ada: SignedInUser;
let bob: SignedInUser;
let eve: SignedInUser;

beforeAll(async () => {
  server = await Server.start({}, { inspector: false });
  const [first, second, third] = await signIn(server, ["ada", "bob", "eve"]);
  if (!first || !second || !third) throw new Error("nobody signed in");
  [ada, bob, eve] = [first, second, third];
});
afterAll(() => server.stop());

const connect = clientsOf(() => server);

async function newThread(): Promise<string> {
  const { id } = await ada.api.createThread({ kind: "group", name: "Pond", memberIds: ["bob"] });
  return id;
}

/** Sends a message over HTTP. */
async function say(user: SignedInUser, threadId: string, body: string): Promise<void> {
  const response = await fetch(`${server.url}/api/threads/${threadId}/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${user.token}`, "content-type": "application/json" },
    body: JSON.stringify({ body }),
  });
  expect(response.status).toBe(201);
}

/** A token of the host's. */
function token(claims: Record<string, unknown>, secret: string): Promise<string> {
  return new SignJWT({ ...claims, exp: Math.floor(Date.now() / 1000) + 120 })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}

const userToken = (claims: Record<string, unknown>) => token(claims, AUTH_SECRET);

const numberOf = (threadId: string) => Number.parseInt(threadId.slice(0, 13), 16);

describe.each(Object.keys(TRANSPORTS) as TransportName[])("over %s", (transport) => {
  it("brings a message to the room, its sender included, before it is acknowledged", async () => {
    const threadId = await newThread();
    const [one, two] = [await connect(ada, transport), await connect(bob, transport)];
    for (const client of [one, two]) {
      const answer = await client.ask("join", { room: threadId });
      expect(answer).toMatchObject({ ok: true, thread: { id: threadId }, messages: [], hasBefore: false });
      expect(await client.next("joined")).toEqual([{ room: threadId }]);
    }
    const { message } = await one.ask("chat", { room: threadId, body: "hello", clientId: "c-1" });
    const id = `${numberOf(threadId)}-1`;
    expect(message).toMatchObject({
      id,
      clientId: "c-1",
      threadId,
      room: threadId,
      body: "hello",
      content: "hello",
      seq: 1,
      sender: { id: "ada", username: "ada", name: "ada", profileImg: null },
    });
    expect(one.all("chat")).toEqual([[message]]);
    expect(await two.next("chat")).toEqual([message]);
  });

  it("upgrades where it may", async () => {
    const client = await connect(ada, transport);
    const { engine } = client.socket.io;
    if (transport === "default" && engine.transport.name === "polling")
      await new Promise((resolve) => engine.once("upgrade", resolve));
    expect(engine.transport.name).toBe(transport === "polling" ? "polling" : "websocket");
  });
});

describe("a room", () => {
  it("is heard of under the name by which it was joined", async () => {
    const threadId = await newThread();
    const client = await connect(ada);
    const number = numberOf(threadId);
    expect(await client.ask("join", { user: "ada", room: number })).toMatchObject({ ok: true });
    await client.ask("chat", { threadId, content: "hello" });
    expect(await client.next("chat")).toMatchObject([{ room: number, threadId: number, body: "hello" }]);
  });

  it("does not exist for a stranger", async () => {
    const threadId = await newThread();
    const client = await connect(eve);
    const refusal = { ok: false, error: { code: "not_found" } };
    expect(await client.ask("join", { room: threadId })).toMatchObject(refusal);
    expect(await client.ask("join", { room: numberOf(threadId) })).toMatchObject(refusal);
    expect(await client.ask("chat", { room: threadId, body: "hello" })).toMatchObject(refusal);
  });

  it("is shared with plain HTTP, over which its members hear of it too", async () => {
    const threadId = await newThread();
    const client = await connect(ada);
    await client.ask("join", { room: threadId });
    await say(bob, threadId, "from elsewhere");
    expect(await client.next("chat")).toMatchObject([{ body: "from elsewhere", sender: { id: "bob" } }]);
  });
});

describe("a lost connection", () => {
  it.each(Object.keys(TRANSPORTS) as TransportName[])(
    "over %s is recovered by the client itself, also after a crash of the server: it joins nothing again",
    async (transport) => {
      const threadId = await newThread();
      const [one, two] = [await connect(ada), await connect(bob, transport)];
      await two.ask("join", { room: threadId });
      await one.ask("chat", { room: threadId, body: "before" });
      await two.next("chat");
      const { id } = two.socket;
      // Of a few, each may come back to any of the shards.
      for (const [i, lose] of [
        () => two.socket.io.engine.close(),
        () => two.socket.io.engine.close(),
        async () => {
          await server.kill();
          await two.next("disconnect");
          await server.restart();
        },
      ].entries()) {
        await lose();
        await say(ada, threadId, `meanwhile ${i}`);
        await two.next("connect");
        expect(two.socket).toMatchObject({ recovered: true, id });
        expect(await two.next("chat", ({ body }) => body === `meanwhile ${i}`)).toHaveLength(1);
        await say(ada, threadId, `after ${i}`);
        await two.next("chat", ({ body }) => body === `after ${i}`);
      }
      const bodies = two.all("chat").map(([{ body }]) => body);
      const each = [0, 1, 2].flatMap((i) => [`meanwhile ${i}`, `after ${i}`]);
      expect(bodies).toEqual(["before", ...each]);
    },
  );

  it("that the client closed itself is not recovered", async () => {
    const client = await connect(ada);
    const { id } = client.socket;
    client.socket.disconnect().connect();
    await client.next("connect");
    expect(client.socket.recovered).toBe(false);
    expect(client.socket.id).not.toBe(id);
  });
});

describe("who signs in", () => {
  it("is refused with the code of the contract", async () => {
    const client = new TestClient(server.url, { auth: { token: "no.token" }, transports: ["websocket"] });
    const [error] = await client.next("connect_error");
    expect(error.data).toEqual({ code: "unauthenticated" });
    client.close();
  });

  it.each(Object.keys(TRANSPORTS) as TransportName[])(
    "over %s comes back by itself when the session has ended, asked for a token again",
    async (transport) => {
      const id = `ends-${transport}`;
      const now = Math.floor(Date.now() / 1000);
      const tokens = await Promise.all(
        [now - 60, now + 30].map((iat) => userToken({ sub: id, name: id, iat })),
      );
      let asked = 0;
      const client = new TestClient(server.url, {
        auth: (answer) => answer({ token: tokens[asked++] }),
        transports: [...TRANSPORTS[transport]],
      });
      await client.next("connect");
      const authorization = `Bearer ${await token({}, SERVER_SECRET)}`;
      const revoked = await fetch(`${server.url}/api/users/${id}/revoke`, {
        method: "POST",
        headers: { authorization },
      });
      expect(revoked.status).toBe(202);
      expect((await client.next("disconnect"))[0]).toMatch(/^transport /);
      await client.next("connect");
      expect(asked).toBe(2);
      client.close();
    },
  );
});

describe("a room of twenty", () => {
  it("brings everyone everything once, in one order, over whichever transport", async () => {
    const users = await signIn(
      server,
      Array.from({ length: 20 }, (_, i) => `user-${i}`),
    );
    const { id: room } = await ada.api.createThread({
      kind: "group",
      memberIds: users.map(({ id }) => id),
    });
    const names = Object.keys(TRANSPORTS) as TransportName[];
    const room20 = await Promise.all(users.map((user, i) => connect(user, names[i % names.length])));
    for (const client of room20) expect(await client.ask("join", { room })).toMatchObject({ ok: true });
    const answers = await Promise.all(
      room20.flatMap((client, i) =>
        ["first", "second", "third"].map((word) => client.ask("chat", { room, content: `${word} of ${i}` })),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(60);
    await expect.poll(() => room20.every((client) => client.all("chat").length >= 60)).toBe(true);
    const all = room20.map((client) => client.all("chat").map(([{ seq, content }]) => `${seq} ${content}`));
    expect(new Set(all.map((each) => each.join("\n"))).size).toBe(1);
    expect(all[0]?.map((line) => Number(line.split(" ")[0]))).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    for (const [i, own] of all.entries())
      expect(own.filter((line) => line.endsWith(` of ${i}`)).map((line) => line.split(" ")[1])).toEqual([
        "first",
        "second",
        "third",
      ]);
  });
});
