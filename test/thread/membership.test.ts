/** Creating and deleting threads; members who join, leave and change roles. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { MemberPage } from "../../src/protocol/http.ts";
import type { Thread } from "../../src/protocol/model.ts";
import type { ThreadUpdate } from "../../src/rpc/thread-update.ts";
import { answerHeldAt, heldAt, interceptCalls, lost } from "../support/calls.ts";
import { expectLogged } from "../support/console.ts";
import { gate, type Gate } from "../support/gate.ts";
import { crash, shardStub, storedText, threadStub } from "../support/objects.ts";
import { eventually } from "../support/eventually.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { openPresence, openThread } from "../support/socket.ts";

async function view(who: Person, id: string): Promise<Thread> {
  return (await (await who.call("GET", `/api/threads/${id}`)).json()) as Thread;
}

const roles = (thread: Thread) => thread.members.map((member) => [member.user.name, member.role]);

describe("creating a thread", () => {
  it("gives two users one direct thread, even where both create it at once", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const created = await Promise.all([
      ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] }),
      bob.call("POST", "/api/threads", { kind: "direct", memberIds: [ada.user.id] }),
    ]);
    const [one, two] = (await Promise.all(created.map((response) => response.json()))) as [Thread, Thread];
    expect(created.map((response) => response.status).toSorted()).toEqual([200, 201]);
    expect(one.id).toBe(two.id);
    expect(one.members.map((member) => member.role)).toEqual(["member", "member"]);
    const again = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] });
    expect(again.status).toBe(200);
  });

  it("is sent to its members' tabs at once, as are its changes", async () => {
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

  it("of the public kind lets users join by opening a socket, without an event", async () => {
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

  it("are shown by their current name in old messages too", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "x" });
    const renamed = { ...ada.user, name: "Ada Lovelace" };
    await threadStub(thread.id).run(renamed, { type: "chat", id: "2", body: "y" }, Date.now() + 1_000);
    await eventually(async () => {
      const page = await ada.call("GET", `/api/threads/${thread.id}/messages`);
      expect(await page.json()).toMatchObject({ messages: [{ author: renamed }, { author: renamed }] });
    });
  });

  it("who leave as the last owner are succeeded by the longest-standing moderator, else member", async () => {
    const [ada, bob, carol, dave] = await Promise.all(
      ["Ada", "Bob", "Carol", "Dave"].map((name) => person(name)),
    );
    const users = [ada, bob, carol, dave] as [Person, Person, Person, Person];
    const thread = await newThread(users[0], "group", users.slice(1));
    const path = `/api/threads/${thread.id}/members`;
    await users[0].call("PUT", `${path}/${users[2].user.id}`, { role: "moderator" });
    const observer = await openThread(users[1], thread.id);
    expect((await users[0].call("DELETE", `${path}/${users[0].user.id}`)).status).toBe(204);
    expect(await observer.next("member_removed")).toMatchObject({
      rev: 2,
      userId: users[0].user.id,
      memberCount: 3,
    });
    expect(await observer.next("member")).toMatchObject({
      rev: 3,
      memberCount: 3,
      member: { user: users[2].user, role: "owner" },
    });
    await users[2].call("DELETE", `${path}/${users[2].user.id}`);
    expect(roles(await view(users[1], thread.id))).toEqual([
      ["Bob", "owner"],
      ["Dave", "member"],
    ]);
  });

  it("include an owner at all times: the last one cannot be demoted", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob]);
    const demoted = await ada.call("PUT", `/api/threads/${thread.id}/members/${ada.user.id}`, {
      role: "member",
    });
    expect(demoted.status).toBe(409);
  });

  it("who are unknown users cannot be added: the error names them", async () => {
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

/** From here on shards hold the updates of threads at a gate, all of them or those that are selected: before they apply or answer them. */
function holdShards(
  step: "before applying" | "before answering",
  isHeld: (update: ThreadUpdate) => boolean = () => true,
): Gate {
  const held = gate();
  const hold = step === "before applying" ? heldAt(held) : answerHeldAt(held);
  interceptCalls("PRESENCE", "threadChanged", (call, update) => (isHeld(update) ? hold(call) : call.send()));
  return held;
}

/** A handler of calls: those to a user's shard are lost. */
function lostTo({ user }: Person) {
  const { id } = shardStub(user.id);
  return <T>(call: { id: DurableObjectId; send: () => Promise<T> }) =>
    call.id.equals(id) ? lost() : call.send();
}

describe("deleting a thread", () => {
  async function groupOfTwo() {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob], "Pond");
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "hello" });
    await runDurableObjectAlarm(threadStub(thread.id));
    return { ada, bob, thread, path: `/api/threads/${thread.id}` };
  }

  it("notifies the members, closes the sockets with 4004, and leaves nothing in any storage", async () => {
    const { ada, bob, thread, path } = await groupOfTwo();
    const [socket, tab] = [await openThread(bob, thread.id), await openPresence(bob)];
    await tab.next("welcome");
    expect((await ada.call("DELETE", path)).status).toBe(204);
    expect(await tab.next("thread_removed")).toMatchObject({ threadId: thread.id, wasUnread: true });
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

  it("is finished by alarm where a shard did not answer; until then the thread is not found", async () => {
    const { ada, bob, thread, path } = await groupOfTwo();
    const socket = await openThread(bob, thread.id);
    await socket.next("welcome");
    expectLogged(/a call to an object failed Error: expected: lost/);
    const broken = interceptCalls("PRESENCE", "threadDeleted", lostTo(bob));
    expect((await ada.call("DELETE", path)).status).toBe(503);
    expect((await ada.call("GET", path)).status).toBe(404);
    expect(await socket.ask({ type: "chat", id: "late", body: "late" })).toMatchObject({ code: "not_found" });
    expect((await (await openThread(bob, thread.id)).closed).code).toBe(4004);
    broken.stop();
    expect(await runDurableObjectAlarm(threadStub(thread.id))).toBe(true);
    expect(await storedText(shardStub(bob.user.id))).not.toContain(thread.id);
    expect(await storedText(threadStub(thread.id))).toBe("[]");
  });

  it("waits for notifications in flight, which do not bring the thread back", async () => {
    const { ada, bob, thread, path } = await groupOfTwo();
    const carol = await person("Carol");
    const held = holdShards("before applying", ({ joined }) =>
      joined.some(({ userId }) => userId === carol.user.id),
    );
    const added = ada.call("PUT", `${path}/members/${carol.user.id}`);
    await held.reached();
    const deleted = ada.call("DELETE", path);
    await expect.poll(async () => (await ada.call("GET", path)).status).toBe(404);
    // Meanwhile the deletion would overtake the update that is held, if it did not wait for it.
    for (const who of [ada, bob, carol]) await who.call("GET", "/api/threads");
    held.open();
    expect((await added).status).toBe(200);
    expect((await deleted).status).toBe(204);
    for (const who of [ada, bob, carol])
      expect(await storedText(shardStub(who.user.id))).not.toContain(thread.id);
  });

  it("happens when a group's last member leaves", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    expect((await ada.call("DELETE", `/api/threads/${thread.id}/members/${ada.user.id}`)).status).toBe(204);
    expect(await storedText(threadStub(thread.id))).toBe("[]");
    expect(await (await ada.call("GET", "/api/threads")).json()).toEqual({ threads: [] });
  });

  it("happens by alarm where the object crashes right after its last member left", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    expectLogged(/a call to an object failed Error: expected: a crash/);
    // The first that it does then is to notify the shards.
    const deletion = interceptCalls("PRESENCE", "threadDeleted", heldAt(gate()));
    const leaving = ada.call("DELETE", `/api/threads/${thread.id}/members/${ada.user.id}`);
    await deletion.begun();
    deletion.stop();
    await crash(threadStub(thread.id));
    expect((await leaving).status).toBe(503);
    expect(await storedText(shardStub(ada.user.id))).toContain(thread.id);
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await storedText(threadStub(thread.id))).toBe("[]");
    expect(await (await ada.call("GET", "/api/threads")).json()).toEqual({ threads: [] });
  });
});

describe("a shard that answers late", () => {
  it("receives the read marker of the new membership of a member who left and rejoined meanwhile", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [], "Pond");
    const path = `/api/threads/${thread.id}`;
    const bobs = `${path}/members/${bob.user.id}`;
    const held = holdShards("before answering");
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
    expectLogged(/a call to an object failed Error: expected: lost/);
    const breakShard = () => interceptCalls("PRESENCE", "threadChanged", lostTo(bob));
    let broken = breakShard();
    const thread = await newThread(ada, "group", [bob], "Pond");
    broken.stop();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await tab.next("thread")).toMatchObject({ thread: { id: thread.id } });

    broken = breakShard();
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "hello" });
    await runDurableObjectAlarm(threadStub(thread.id));
    broken.stop();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await tab.next("new_message")).toMatchObject({
      threadId: thread.id,
      seq: 1,
      preview: "hello",
      unread: 1,
    });

    broken = breakShard();
    await ada.call("DELETE", `/api/threads/${thread.id}/members/${bob.user.id}`);
    broken.stop();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await tab.next("thread_removed")).toMatchObject({ threadId: thread.id });
  });
});
