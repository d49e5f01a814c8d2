/** The server library against the real Worker. */
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createServer } from "../../src/server/server.ts";
import { eventually } from "../support/eventually.ts";
import { newKey } from "../support/host-server.ts";
import { call, newThread, ORIGIN, person, unique } from "../support/host-users.ts";

const server = createServer({
  url: ORIGIN,
  secret: env.SERVER_SECRET ?? "",
  authSecret: env.AUTH_SECRET ?? "",
  retries: 0,
  fetch: ((input: string, init: RequestInit) =>
    exports.default.fetch(new Request(input, init))) as typeof fetch,
});

it("signs tokens by which users sign in", async () => {
  const user = { id: unique("zoë"), name: "Zoë O’Neill / 蓮", avatarUrl: "https://pics.example/zoë.png" };
  const token = await server.signUserToken(user, { expiresInSeconds: 60 });
  const response = await call("POST", "/api/session", undefined, { authorization: `Bearer ${token}` });
  expect(response.status).toBe(201);
  const session = await response.json<{ expiresAt: number }>();
  expect(session).toMatchObject({ user });
  expect(session.expiresAt).toBeLessThanOrEqual(Date.now() + 60_000);
});

it("does for a user what they may do", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const asAda = server.asUser(ada.user.id);
  const direct = await asAda.directThread(bob.user.id);
  expect(await asAda.directThread(bob.user.id)).toMatchObject({ id: direct.id });
  const thread = asAda.thread(direct.id);
  const message = await thread.sendMessage({ body: "Hello", id: "one" });
  expect(message).toMatchObject({ seq: 1, body: "Hello", author: ada.user });
  expect(await thread.sendMessage({ body: "Hello", id: "one" })).toMatchObject({ seq: 1 });
  expect(await thread.editMessage(1, "Good evening")).toMatchObject({ body: "Good evening" });
  await thread.react(1, "👍");
  expect((await thread.messages({ around: 1 })).messages).toMatchObject([{ reactions: [{ emoji: "👍" }] }]);
  await thread.unreact(1, "👍");
  expect(await thread.read(1)).toEqual({ readSeq: 1, unread: 0 });
  expect((await asAda.threads({ limit: 1 })).threads).toMatchObject([{ id: direct.id }]);
  await thread.deleteMessage(1);
  expect((await thread.messages()).messages).toMatchObject([{ body: "" }]);
  await expect(thread.delete()).rejects.toMatchObject({ name: "ApiError", code: "forbidden", status: 403 });
});

it("does as the host what only the host may do", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const thread = server.thread((await newThread(ada, "group", [], "Frogs")).id);
  expect(await thread.get()).toMatchObject({ name: "Frogs" });
  expect(await thread.rename("Toads")).toMatchObject({ name: "Toads" });
  expect(await thread.putMember(bob.user.id, { role: "moderator" })).toMatchObject({ role: "moderator" });
  expect((await thread.members({ limit: 1 })).nextCursor).toBeDefined();
  await thread.removeMember(bob.user.id);
  await thread.delete();
  await expect(thread.get()).rejects.toMatchObject({ code: "not_found", status: 404 });
});

it("makes a thread by the host's key, and sends in it once", async () => {
  const [ada, bob] = [await person("Ada"), { id: unique("bob"), name: "Bob" }];
  const thread = server.thread(newKey());
  await expect(thread.get()).rejects.toMatchObject({ code: "not_found" });
  const members = [{ id: ada.user.id }, bob];
  const made = await thread.put({ kind: "group", name: "Order", members, data: { status: "paid" } });
  expect(made).toMatchObject({ name: "Order", data: { status: "paid" }, memberCount: 2 });
  expect(await thread.put({ kind: "group", name: null })).toMatchObject({ id: made.id, name: null });
  await expect(thread.put({ kind: "public" })).rejects.toMatchObject({ code: "conflict" });
  const message = await thread.sendMessage({ id: "paid", body: "It was paid.", data: { invoice: 7 } });
  expect(message).toMatchObject({ author: { id: "system" }, data: { invoice: 7 } });
  expect(await thread.sendMessage({ id: "paid", body: "It was paid." })).toMatchObject({ seq: message.seq });
  const asBob = server.asUser(bob.id).thread(made.id);
  const { seq } = await asBob.sendMessage({ body: "Thanks", replyTo: message.seq });
  await expect(asBob.deleteMessage(message.seq)).rejects.toMatchObject({ code: "forbidden" });
  await thread.deleteMessage(seq);
});

it("reports, resolves and lists reports, and makes, redeems and revokes links", async () => {
  const [ada, bob, eve] = [await person("Ada"), await person("Bob"), await person("Eve")];
  const thread = server.thread((await newThread(ada, "group", [bob], "Frogs")).id);
  const { seq } = await server
    .asUser(bob.user.id)
    .thread((await thread.get()).id)
    .sendMessage({ body: "spam" });
  const asAda = server.asUser(ada.user.id).thread((await thread.get()).id);
  await asAda.report(seq, { reason: "spam" });
  expect((await asAda.reports({ state: "open" })).reports).toMatchObject([{ no: 1, body: "spam" }]);
  const { id } = await thread.get();
  const found = await eventually(async () => {
    const { reports } = await server.reports.list({ state: "open", limit: 40 });
    const one = reports.find(({ threadId }) => threadId === id);
    if (!one) throw new Error("not listed yet");
    return one;
  });
  expect(await server.reports.resolve(found, { action: "delete" })).toMatchObject({ state: "resolved" });
  await expect(asAda.resolveReport(1, { action: "dismiss" })).rejects.toMatchObject({ code: "conflict" });
  const { no, code } = await thread.createLink({ uses: 2 });
  expect(await server.asUser(eve.user.id).redeemLink(code)).toMatchObject({ id });
  expect((await thread.links()).links).toMatchObject([{ no, used: 1, by: "host" }]);
  await thread.revokeLink(no);
});

it("bans users from everything, and lifts that", async () => {
  const id = unique("mallory");
  const until = Date.now() + 60_000;
  expect(await server.bans.put(id, { until, reason: "spam" })).toMatchObject({
    user: { id },
    until,
    by: "host",
  });
  const found = (await server.bans.list()).bans.find(({ user }) => user.id === id);
  expect(found).toMatchObject({ reason: "spam" });
  await server.bans.lift(id);
  await server.bans.lift(id);
  expect((await server.bans.list()).bans.filter(({ user }) => user.id === id)).toEqual([]);
});

it("makes users known, renames them, and ends their sessions", async () => {
  const id = unique("ada");
  await expect(server.users.get(id)).rejects.toMatchObject({ code: "not_found" });
  const picture = "https://pics.example/ada.png";
  const put = await server.users.put(id, { name: "Ada", avatarUrl: picture, data: { customer: 7 } });
  expect(put).toEqual({ id, name: "Ada", avatarUrl: picture });
  await server.users.put(id, { name: "Ada Lovelace", avatarUrl: null });
  expect(await server.users.get(id)).toMatchObject({
    name: "Ada Lovelace",
    data: { customer: 7 },
    threadCount: 0,
  });
  const authorization = `Bearer ${await server.signUserToken({ id, name: "Ada" })}`;
  expect((await call("GET", "/api/threads", undefined, { authorization })).status).toBe(200);
  await server.users.revoke(id);
  await eventually(async () => {
    expect((await call("GET", "/api/threads", undefined, { authorization })).status).toBe(401);
  });
  // The host still acts for them.
  expect(await server.asUser(id).threads()).toEqual({ threads: [] });
});
