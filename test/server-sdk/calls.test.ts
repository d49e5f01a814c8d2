/** The server library against the real Worker. */
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createServer } from "../../src/server/server.ts";
import { newKey } from "../support/host-server.ts";
import { call, ORIGIN, person, unique } from "../support/host-users.ts";

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

it("names a thread by the host's key", async () => {
  await expect(server.thread(newKey()).get()).rejects.toMatchObject({ code: "not_found" });
});
