/** What concerns a user rather than a room, as the unmodified client sees it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server } from "../chaos/support/server.ts";
import { signIn, type SignedInUser } from "../chaos/support/users.ts";
import { TRANSPORTS, type TransportName } from "./support/client.ts";
import { clientsOf } from "./support/clients.ts";

let server: Server;
let ada: SignedInUser;
let bob: SignedInUser;
let cy: SignedInUser;
let dee: SignedInUser;
let eve: SignedInUser;

beforeAll(async () => {
  server = await Server.start({}, { inspector: false });
  const users = await signIn(server, ["ada", "bob", "cy", "dee", "eve"]);
  [ada, bob, cy, dee, eve] = users as [SignedInUser, SignedInUser, SignedInUser, SignedInUser, SignedInUser];
});
afterAll(() => server.stop());

const connect = clientsOf(() => server);

describe.each(Object.keys(TRANSPORTS) as TransportName[])("over %s", (transport) => {
  it("a session in no room gets new_message and unread_count, and a stranger nothing", async () => {
    const { id: threadId } = await ada.api.createThread({ kind: "group", name: "Pond", memberIds: ["bob"] });
    const [a, b, e] = [await connect(ada), await connect(bob, transport), await connect(eve, transport)];
    const [{ count: before }] = await b.next("unread_count");
    await a.ask("chat", { room: threadId, body: "hello" });
    const [message] = await b.next("new_message");
    expect(message).toMatchObject({ threadId, seq: 1, preview: "hello", unread: 1, author: { id: "ada" } });
    expect((await b.next("unread_count"))[0]).toEqual({ count: before + 1 });
    await b.ask("read", { room: threadId, seq: 1 });
    expect((await b.next("unread_count"))[0]).toEqual({ count: before });
    await e.ask("leave", { room: 1 });
    expect(e.all("new_message")).toEqual([]);
  });
});

it("a user is online while a client is connected, to those who may see them, and no longer", async () => {
  await ada.api.createThread({ kind: "direct", memberIds: ["cy"] });
  const a = await connect(ada);
  const { presence } = await a.ask("watch", { userIds: ["cy", "dee"] });
  expect(presence).toMatchObject([{ userId: "cy", status: "offline" }]);
  const [c, d] = [await connect(cy, "default"), await connect(dee)];
  expect((await a.next("presence"))[0]).toEqual({ userId: "cy", status: "online" });
  for (const client of [c, d]) client.close();
  const [gone] = await a.next("presence");
  expect(gone).toMatchObject({ userId: "cy", status: "offline", lastSeenAt: expect.any(Number) });
});

it("the 33rd client of a user has the most silent one disconnected, which stays away", async () => {
  const first = await connect(bob);
  for (let i = 1; i < 32; i++) await connect(bob);
  const newest = await connect(bob);
  expect((await first.next("disconnect"))[0]).toBe("io server disconnect");
  expect(first.socket.active).toBe(false);
  expect(await newest.ask("watch", { userIds: [] })).toEqual({ ok: true, presence: [] });
});
