/** Members coming, going and changing roles; threads being made and deleted. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { MemberPage } from "../../src/protocol/http.ts";
import type { Thread } from "../../src/protocol/model.ts";
import { Presence } from "../../src/presence/presence.ts";
import type { ThreadUpdate } from "../../src/rpc/presence.ts";
import { Deletion } from "../../src/thread/deletion.ts";
import { expectLogged } from "../support/console.ts";
import { gate, type Gate } from "../support/gate.ts";
import { evict, shardStub, storedText, threadStub } from "../support/objects.ts";
import { newThread, person, type Person } from "../support/people.ts";
import { openPresence, openThread } from "../support/socket.ts";

afterEach(() => vi.restoreAllMocks());

async function view(who: Person, id: string): Promise<Thread> {
  return (await (await who.call("GET", `/api/threads/${id}`)).json()) as Thread;
}

const roles = (thread: Thread) => thread.members.map((member) => [member.user.name, member.role]);

describe("making threads", () => {
  it("a pair has one direct thread, whoever makes it, even both at once", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const made = await Promise.all([
      ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] }),
      bob.call("POST", "/api/threads", { kind: "direct", memberIds: [ada.user.id] }),
    ]);
    const [one, two] = (await Promise.all(made.map((response) => response.json()))) as [Thread, Thread];
    expect(made.map((response) => response.status).toSorted()).toEqual([200, 201]);
    expect(one.id).toBe(two.id);
    expect(one.members.map((member) => member.role)).toEqual(["member", "member"]);
    const again = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] });
    expect(again.status).toBe(200);
  });

  it("is sent to its members at once, in every tab", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const tab = await openPresence(bob);
    await tab.next("welcome");
    const thread = await newThread(ada, "group", [bob], "Pond");
    expect(await tab.next("thread")).toMatchObject({
      thread: { id: thread.id, name: "Pond", unread: 0, seq: 0 },
    });
    await ada.call("PATCH", `/api/threads/${thread.id}`, { name: "Lake" });
    expect(await tab.next("thread")).toMatchObject({ thread: { id: thread.id, name: "Lake" } });
    await ada.call("DELETE", `/api/threads/${thread.id}/members/${bob.user.id}`);
    expect(await tab.next("thread_removed")).toEqual({ type: "thread_removed", threadId: thread.id });
  });

  it("opening a public thread's socket joins it, without an event", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "public", [], "Square");
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "before" });
    expect((await view(bob, thread.id)).you).toBeUndefined();
    const socket = await openThread(bob, thread.id);
    // A new member's marker starts at the newest message.
    expect(await socket.next("welcome")).toMatchObject({
      thread: { rev: 1, memberCount: 2, you: { role: "member", readSeq: 1 } },
    });
    const list = await bob.call("GET", "/api/threads");
    await expect
      .poll(async () => (await bob.call("GET", "/api/threads")).json())
      .toMatchObject({ threads: [{ id: thread.id }] });
    expect(list.status).toBe(200);
  });
});

describe("members", () => {
  it("are listed in the order they joined, in pages", async () => {
    const [ada, ...others] = (await Promise.all(["Ada", "B", "C", "D", "E"].map((name) => person(name)))) as [
      Person,
      ...Person[],
    ];
    const thread = await newThread(ada, "group", others);
    const names: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const query: string = cursor === undefined ? "?limit=2" : `?limit=2&cursor=${cursor}`;
      const page = (await (
        await ada.call("GET", `/api/threads/${thread.id}/members${query}`)
      ).json()) as MemberPage;
      names.push(...page.members.map((member) => member.user.name));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(names).toEqual(["Ada", "B", "C", "D", "E"]);
    expect(pages).toBe(3);
    expect((await ada.call("GET", `/api/threads/${thread.id}/members?cursor=what`)).status).toBe(400);
  });

  it("see the whole history, also from before they joined", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group");
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "before Bob" });
    await ada.call("PUT", `/api/threads/${thread.id}/members/${bob.user.id}`);
    const socket = await openThread(bob, thread.id);
    expect(await socket.next("history")).toMatchObject({ messages: [{ body: "before Bob" }] });
  });

  it("are known by the name they have now, everywhere", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "x" });
    const renamed = { ...ada.user, name: "Ada Lovelace" };
    await threadStub(thread.id).run(renamed, { type: "chat", id: "2", body: "y" });
    const page = await ada.call("GET", `/api/threads/${thread.id}/messages`);
    expect(await page.json()).toMatchObject({ messages: [{ author: renamed }, { author: renamed }] });
  });

  it("who leave as the last owner are followed by the longest-standing moderator, else member", async () => {
    const [ada, bob, carol, dave] = await Promise.all(
      ["Ada", "Bob", "Carol", "Dave"].map((name) => person(name)),
    );
    const people = [ada, bob, carol, dave] as [Person, Person, Person, Person];
    const thread = await newThread(people[0], "group", people.slice(1));
    const path = `/api/threads/${thread.id}/members`;
    await people[0].call("PUT", `${path}/${people[2].user.id}`, { role: "moderator" });
    const watching = await openThread(people[1], thread.id);
    expect((await people[0].call("DELETE", `${path}/${people[0].user.id}`)).status).toBe(204);
    expect(await watching.next("member_removed")).toMatchObject({ rev: 2, userId: people[0].user.id });
    expect(await watching.next("member")).toMatchObject({
      rev: 3,
      member: { user: people[2].user, role: "owner" },
    });
    await people[2].call("DELETE", `${path}/${people[2].user.id}`);
    expect(roles(await view(people[1], thread.id))).toEqual([
      ["Bob", "owner"],
      ["Dave", "member"],
    ]);
  });

  it("cannot be left without an owner by taking the last one's role", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob]);
    const demoted = await ada.call("PUT", `/api/threads/${thread.id}/members/${ada.user.id}`, {
      role: "member",
    });
    expect(demoted.status).toBe(409);
  });

  it("who do not exist are not found, and Lilypad names them", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    const response = await ada.call("PUT", `/api/threads/${thread.id}/members/no-such-user`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: "not_found",
      detail: expect.stringContaining("no-such-user"),
    });
  });
});

/** From here on every shard waits at the gate before it does this with the updates of threads, or with those given. */
function lateShards(
  todo: "to take it in" | "to answer",
  isHeld: (update: ThreadUpdate) => boolean = () => true,
): Gate {
  const held = gate();
  const { threadChanged } = Presence.prototype;
  vi.spyOn(Presence.prototype, "threadChanged").mockImplementation(async function late(
    this: Presence,
    update,
  ) {
    if (!isHeld(update)) return threadChanged.call(this, update);
    if (todo === "to answer") await threadChanged.call(this, update);
    await held.pass();
    if (todo === "to take it in") await threadChanged.call(this, update);
  });
  return held;
}

describe("deleting a thread", () => {
  async function scene() {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob], "Doomed");
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "last words" });
    await runDurableObjectAlarm(threadStub(thread.id));
    return { ada, bob, thread, path: `/api/threads/${thread.id}` };
  }

  it("notifies the members, closes the sockets with 4004, and leaves nothing in any storage", async () => {
    const { ada, bob, thread, path } = await scene();
    const [socket, tab] = [await openThread(bob, thread.id), await openPresence(bob)];
    await tab.next("welcome");
    expect((await ada.call("DELETE", path)).status).toBe(204);
    expect(await tab.next("thread_removed")).toEqual({ type: "thread_removed", threadId: thread.id });
    expect(await socket.next("closing")).toMatchObject({ code: 4004 });
    const tables = await runInDurableObject(threadStub(thread.id), async (_instance, { storage }) => ({
      names: storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
        .toArray(),
      alarm: await storage.getAlarm(),
    }));
    expect(tables).toEqual({ names: [], alarm: null });
    for (const who of [ada, bob]) {
      expect(await storedText(shardStub(who.user.id))).not.toContain(thread.id);
      expect((await who.call("GET", path)).status).toBe(404);
      expect(await (await who.call("GET", "/api/threads")).json()).toEqual({ threads: [] });
    }
  });

  it("is finished by alarm where a shard did not answer, and meanwhile there is no such thread", async () => {
    const { ada, bob, thread, path } = await scene();
    const socket = await openThread(bob, thread.id);
    await socket.next("welcome");
    expectLogged(/a call to an object failed TypeError: .* method "threadDeleted"/);
    const broken = await runInDurableObject(shardStub(bob.user.id), (presence) =>
      vi.spyOn(presence, "threadDeleted").mockRejectedValue(new Error("expected: out of order")),
    );
    expect((await ada.call("DELETE", path)).status).toBe(503);
    expect((await ada.call("GET", path)).status).toBe(404);
    expect(await socket.ask({ type: "chat", id: "late", body: "late" })).toMatchObject({ code: "not_found" });
    expect((await (await openThread(bob, thread.id)).closed).code).toBe(4004);
    broken.mockRestore();
    expect(await runDurableObjectAlarm(threadStub(thread.id))).toBe(true);
    expect(await storedText(shardStub(bob.user.id))).not.toContain(thread.id);
    expect(await storedText(threadStub(thread.id))).toBe("[]");
  });

  it("waits for a notification on its way, which does not bring the thread back", async () => {
    const { ada, bob, thread, path } = await scene();
    const carol = await person("Carol");
    const held = lateShards("to take it in", ({ joined }) =>
      joined.some(({ userId }) => userId === carol.user.id),
    );
    const added = ada.call("PUT", `${path}/members/${carol.user.id}`);
    await held.reached();
    const deleted = ada.call("DELETE", path);
    await expect.poll(async () => (await ada.call("GET", path)).status).toBe(404);
    // Time for the deletion to overtake the update that is held, if it does not wait for it.
    for (const who of [ada, bob, carol]) await who.call("GET", "/api/threads");
    held.open();
    expect((await added).status).toBe(200);
    expect((await deleted).status).toBe(204);
    for (const who of [ada, bob, carol])
      expect(await storedText(shardStub(who.user.id))).not.toContain(thread.id);
  });

  it("happens by itself when a group's last member leaves", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    expect((await ada.call("DELETE", `/api/threads/${thread.id}/members/${ada.user.id}`)).status).toBe(204);
    expect(await storedText(threadStub(thread.id))).toBe("[]");
    expect(await (await ada.call("GET", "/api/threads")).json()).toEqual({ threads: [] });
  });

  it("is not forgotten where the object dies right after that member was removed", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    expectLogged(/internal error Error: expected: died/);
    const start = vi.spyOn(Deletion.prototype, "begin").mockReturnValue();
    const finish = vi.spyOn(Deletion.prototype, "finishBegun").mockRejectedValue(new Error("expected: died"));
    await ada.call("DELETE", `/api/threads/${thread.id}/members/${ada.user.id}`);
    await evict(threadStub(thread.id));
    start.mockRestore();
    finish.mockRestore();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await storedText(threadStub(thread.id))).toBe("[]");
    expect(await (await ada.call("GET", "/api/threads")).json()).toEqual({ threads: [] });
  });
});

describe("a shard that answers late", () => {
  it("is notified of a member who left and rejoined meanwhile, with the marker of the new membership", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [], "Pond");
    const path = `/api/threads/${thread.id}`;
    const bobs = `${path}/members/${bob.user.id}`;
    const held = lateShards("to answer");
    const members = async () => ((await (await ada.call("GET", path)).json()) as Thread).memberCount;
    const changes = [ada.call("PUT", bobs)];
    await held.reached();
    for (const body of ["one", "two"]) await ada.call("POST", `${path}/messages`, { body });
    changes.push(ada.call("DELETE", bobs));
    await expect.poll(members).toBe(1);
    changes.push(ada.call("PUT", bobs));
    await expect.poll(members).toBe(2);
    held.open();
    await Promise.all(changes);
    const list = await bob.call("GET", "/api/threads");
    expect(await list.json()).toMatchObject({ threads: [{ seq: 2, readSeq: 2, unread: 0 }] });
  });
});

describe("a shard that does not answer", () => {
  it("is notified again by alarm of a new member, of a message, and of a member who left", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const tab = await openPresence(bob);
    await tab.next("welcome");
    expectLogged(/a call to an object failed TypeError: .* method "threadChanged"/);
    const breakShard = () =>
      runInDurableObject(shardStub(bob.user.id), (presence) =>
        vi.spyOn(presence, "threadChanged").mockRejectedValue(new Error("expected: out of order")),
      );
    let broken = await breakShard();
    const thread = await newThread(ada, "group", [bob], "Pond");
    broken.mockRestore();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await tab.next("thread")).toMatchObject({ thread: { id: thread.id } });

    broken = await breakShard();
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "hello" });
    await runDurableObjectAlarm(threadStub(thread.id));
    broken.mockRestore();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await tab.next("new_message")).toMatchObject({
      threadId: thread.id,
      seq: 1,
      preview: "hello",
      unread: 1,
    });

    broken = await breakShard();
    await ada.call("DELETE", `/api/threads/${thread.id}/members/${bob.user.id}`);
    broken.mockRestore();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await tab.next("thread_removed")).toMatchObject({ threadId: thread.id });
  });
});
