/** The audit log: what is recorded of each act, and who may read it. */
import { describe, expect, it } from "vitest";
import type { AuditPage } from "../../../src/protocol/moderation.ts";
import { host, newKey } from "../../support/host-server.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { evict, threadStub } from "../../support/objects.ts";
import { openThread } from "../../support/socket.ts";

async function entriesOf(who: Pick<Person, "call">, threadId: string, search = "") {
  const response = await who.call("GET", `/api/threads/${threadId}/audit${search}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as AuditPage).entries;
}

async function group() {
  const [owner, moderator, member] = await Promise.all([
    person("Owner"),
    person("Moderator"),
    person("Member"),
  ]);
  const { id } = await newThread(owner, "group", [moderator, member], "Talk");
  const path = `/api/threads/${id}`;
  await owner.call("PUT", `${path}/members/${moderator.user.id}`, { role: "moderator" });
  return { owner, moderator, member, id, path };
}

describe("the audit log", () => {
  it("names every act, who did it and to whom, newest first", async () => {
    const { owner, moderator, member, id, path } = await group();
    const added = await person("Added");
    await moderator.call("PUT", `${path}/members/${added.user.id}`);
    await moderator.call("PATCH", path, { name: "Other" });
    await member.call("POST", `${path}/messages`, { body: "rude" });
    await moderator.call("DELETE", `${path}/messages/1`);
    await host("DELETE", `${path}/members/${added.user.id}`);
    await member.call("DELETE", `${path}/members/${member.user.id}`);
    await owner.call("DELETE", `${path}/members/${owner.user.id}`);
    await evict(threadStub(id));
    const entries = await entriesOf(moderator, id);
    expect(entries.map(({ no }) => no)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(entries.map(({ no: _no, at: _at, ...act }) => act).toReversed()).toEqual([
      { action: "thread.created", by: owner.user },
      {
        action: "member.role",
        by: owner.user,
        target: moderator.user,
        detail: { role: "moderator", before: "member" },
      },
      { action: "member.added", by: moderator.user, target: added.user, detail: { role: "member" } },
      { action: "thread.updated", by: moderator.user, detail: { name: "Other" } },
      { action: "message.deleted", by: moderator.user, target: member.user, detail: { seq: 1 } },
      { action: "member.removed", by: "host", target: added.user },
      { action: "member.left", by: member.user },
      { action: "member.left", by: owner.user },
      { action: "owner.succeeded", by: owner.user, target: moderator.user },
    ]);
  });

  it("records no act that changed nothing, nor what people do to what is their own", async () => {
    const { owner, moderator, member, id, path } = await group();
    const before = await entriesOf(owner, id);
    const socket = await openThread(member, id);
    await socket.ask({ type: "chat", id: "1", body: "mine" });
    await socket.ask({ type: "delete", id: "2", seq: 1 });
    await moderator.call("DELETE", `${path}/messages/1`);
    await owner.call("PATCH", path, { name: "Talk" });
    await owner.call("PUT", `${path}/members/${moderator.user.id}`, { role: "moderator" });
    await moderator.call("DELETE", `${path}/members/${owner.user.id}`);
    expect(await entriesOf(owner, id)).toEqual(before);
  });

  it("is read in pages", async () => {
    const { owner, id, path } = await group();
    for (const name of ["a", "b", "c"]) await owner.call("PATCH", path, { name });
    const [newest, second] = await entriesOf(owner, id, "?limit=2");
    expect(newest?.detail).toEqual({ name: "c" });
    const [third] = await entriesOf(owner, id, `?before=${second?.no}&limit=1`);
    expect(third?.detail).toEqual({ name: "a" });
    expect(await entriesOf(owner, id, "?before=1")).toEqual([]);
    expect((await owner.call("GET", `${path}/audit?before=x`)).status).toBe(400);
  });

  it("is for owners and the host alone", async () => {
    const { moderator, member, id, path } = await group();
    const stranger = await person("Stranger");
    await entriesOf({ call: host }, id);
    expect((await moderator.call("GET", `${path}/audit`)).status).toBe(403);
    expect((await member.call("GET", `${path}/audit`)).status).toBe(403);
    expect((await stranger.call("GET", `${path}/audit`)).status).toBe(404);
    const { id: direct } = await newThread(member, "direct", [moderator]);
    expect((await member.call("GET", `/api/threads/${direct}/audit`)).status).toBe(403);
    await entriesOf({ call: host }, direct);
  });

  it("records what the host does to a thread of its own key", async () => {
    const key = newKey();
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const path = `/api/threads/${key}`;
    await host("PUT", path, { kind: "group", members: [{ id: ada.user.id }] });
    await host("PUT", path, { kind: "group", name: "Case", data: { no: 7 }, members: [{ id: bob.user.id }] });
    expect((await entriesOf({ call: host }, key)).map(({ at: _at, ...act }) => act)).toEqual([
      { no: 3, action: "member.added", by: "host", target: bob.user, detail: { role: "member" } },
      { no: 2, action: "thread.updated", by: "host", detail: { name: "Case", data: true } },
      { no: 1, action: "thread.created", by: "host" },
    ]);
  });
});
