/** Who is no contact is invited into groups and public threads, and decides. */
import { beforeEach, describe, expect, it } from "vitest";
import { INVITERS_KEPT } from "../../../src/protocol/limits.ts";
import type { Thread, ThreadSummary } from "../../../src/protocol/model.ts";
import { settle } from "../../presence/shard.ts";
import { host, newKey } from "../../support/host-server.ts";
import { newThread, person, unknownPerson, type Person } from "../../support/host-users.ts";
import { evict, shardStub, threadStub } from "../../support/objects.ts";
import { useSettings } from "../../support/settings.ts";
import { openPresence, openThread } from "../../support/socket.ts";
import {
  accept,
  areContacts,
  decline,
  entryOf,
  INVITED,
  invitedIn,
  listOf,
  notifyNow,
  put,
  withdraw,
  write,
} from "./people.ts";

const isInvitation = ({ thread }: { thread: ThreadSummary }) => thread.state === "invited";

async function people(): Promise<[ada: Person, bob: Person]> {
  return [await person("Ada"), await person("Bob")];
}

describe("where strangers are asked", () => {
  beforeEach(() => useSettings({ contactPolicy: "consent" }));

  it("shows an invitation in the list, and nothing of the group, until it is accepted", async () => {
    const [ada, bob] = await people();
    const tab = await openPresence(bob);
    await tab.next("welcome");
    const { id } = await newThread(ada, "group", [], "Pond");
    await write(ada, id, "a secret");
    expect(await put(ada, id, bob.user)).toEqual(INVITED);
    const entry = {
      id,
      kind: "group",
      name: "Pond",
      seq: 0,
      readSeq: 0,
      unread: 0,
      state: "invited",
      invitedBy: ada.user,
      memberCount: 1,
    };
    expect(await tab.next("thread")).toEqual({ type: "thread", thread: entry });
    expect(await listOf(bob)).toEqual([entry]);
    const later = await openPresence(bob);
    expect(await later.next("welcome")).toMatchObject({ threads: [], unreadThreads: 0 });
    for (const path of ["", "/messages", "/members", "/invitations", "/audit"])
      expect((await bob.call("GET", `/api/threads/${id}${path}`)).status, path).toBe(404);
    expect(await write(bob, id)).toBe(404);

    const answer = await bob.call("POST", `/api/threads/${id}/accept`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id, memberCount: 2, you: { role: "member", readSeq: 1 } });
    expect(await tab.next("thread")).toMatchObject({ thread: { id, seq: 1, unread: 0 } });
    expect((await entryOf(bob, id))?.state).toBeUndefined();
    expect(await accept(bob, id)).toBe(200);
    expect(await invitedIn(id, ada)).toEqual([]);
  });

  it("adds contacts, and asks the others, also as a thread is made", async () => {
    const [ada, bob] = await people();
    const cy = await person("Cy");
    const direct = await newThread(ada, "direct", [bob]);
    await write(ada, direct.id);
    await write(bob, direct.id);
    await areContacts(ada, bob);
    const group = await newThread(ada, "group", [bob, cy]);
    expect(group.members.map(({ user }) => user.id)).toEqual([ada.user.id, bob.user.id]);
    expect(await invitedIn(group.id, ada)).toEqual([cy.user.id]);
    expect(await entryOf(cy, group.id)).toMatchObject({ state: "invited", invitedBy: ada.user });
    expect((await put(ada, (await newThread(ada, "group")).id, bob.user)).status).toBe(200);
  });

  it("takes an invitation off the list when it is withdrawn, declined, or the group is gone", async () => {
    const [ada, bob] = await people();
    const tab = await openPresence(bob);
    for (const end of [
      (id: string) => withdraw(ada, id, bob.user),
      (id: string) => decline(bob, id),
      async (id: string) => (await ada.call("DELETE", `/api/threads/${id}`)).status,
    ]) {
      const { id } = await newThread(ada, "group", [bob], "Pond");
      await tab.next("thread", ({ thread }) => thread.id === id);
      expect(await end(id)).toBe(204);
      expect(await tab.next("thread_removed")).toEqual({ type: "thread_removed", threadId: id });
      expect(await listOf(bob)).toEqual([]);
    }
  });

  it("keeps a declined invitation pending to everybody else, and shows none by the same one again", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group", [bob], "Pond");
    expect(await decline(bob, id)).toBe(204);
    expect(await decline(bob, id)).toBe(204);
    expect(await invitedIn(id, ada)).toEqual([bob.user.id]);
    expect(await put(ada, id, bob.user)).toEqual(INVITED);
    expect(await listOf(bob)).toEqual([]);
    expect(await withdraw(ada, id, bob.user)).toBe(204);
    expect(await invitedIn(id, ada)).toEqual([]);
    expect(await put(ada, id, bob.user)).toEqual(INVITED);
    expect(await invitedIn(id, ada)).toEqual([bob.user.id]);
    await evict(threadStub(id));
    expect(await listOf(bob)).toEqual([]);
  });

  it("shows an invitation by another, after one was declined", async () => {
    const [ada, bob] = await people();
    const cy = await person("Cy");
    const { id } = await newThread(ada, "group", [bob], "Pond");
    await decline(bob, id);
    await host("PUT", `/api/threads/${id}/members/${cy.user.id}`, { role: "moderator" });
    expect(await put(cy, id, bob.user)).toEqual(INVITED);
    expect(await entryOf(bob, id)).toMatchObject({ invitedBy: cy.user, memberCount: 2 });
    expect(await accept(bob, id)).toBe(200);
    expect(await invitedIn(id, ada)).toEqual([]);
  });

  it("lets one accept after all, as long as the invitation is pending", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group", [bob]);
    await decline(bob, id);
    expect(await accept(bob, id)).toBe(200);
  });

  it("sends the invited another name of the group, and of who invited them", async () => {
    const [ada, bob] = await people();
    const tab = await openPresence(bob);
    const { id } = await newThread(ada, "group", [bob], "Pond");
    await tab.next("thread");
    await ada.call("PATCH", `/api/threads/${id}`, { name: "Lake" });
    expect(await tab.next("thread")).toMatchObject({ thread: { name: "Lake", state: "invited" } });
    await host("PUT", `/api/users/${ada.user.id}`, { name: "Ada L" });
    expect(await tab.next("thread")).toMatchObject({ thread: { invitedBy: { name: "Ada L" } } });
    // Messages are nobody's business who is invited.
    await write(ada, id);
    expect(await entryOf(bob, id)).toMatchObject({ seq: 0, name: "Lake" });
  });

  it("makes a member of a public thread of who opens it, invited or not, and is done with the invitation", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "public", [bob], "Square");
    expect(await entryOf(bob, id)).toMatchObject({ state: "invited", kind: "public", seq: 0 });
    const socket = await openThread(bob, id);
    await socket.next("welcome");
    await notifyNow(id);
    await expect.poll(async () => (await entryOf(bob, id))?.state).toBeUndefined();
    expect(await invitedIn(id, ada)).toEqual([]);
  });

  it("answers alike of who is known, unknown, or has declined", async () => {
    await useSettings({ userSearch: "off" });
    const [ada, bob] = await people();
    const nobody = await unknownPerson("Nobody");
    const { id } = await newThread(ada, "group", []);
    await put(ada, id, bob.user);
    await decline(bob, id);
    await withdraw(ada, id, bob.user);
    for (const user of [bob.user, nobody.user, (await person("Cy")).user]) {
      expect(await put(ada, id, user)).toEqual(INVITED);
      expect(await put(ada, id, user)).toEqual(INVITED);
    }
    const answer = await ada.call("GET", `/api/threads/${id}/invitations`);
    const { invitations } = (await answer.json()) as {
      invitations: { user: { id: string; name: string } }[];
    };
    expect(invitations).toHaveLength(3);
    for (const { user } of invitations) expect(user).toEqual({ id: user.id, name: user.id });
    for (const user of [bob.user, nobody.user, { id: "never invited" }])
      expect(await withdraw(ada, id, user)).toBe(204);
    // Who comes later finds it still there.
    await put(ada, id, nobody.user);
    await nobody.call("POST", "/api/session");
    expect(await entryOf(nobody, id)).toMatchObject({ state: "invited" });
  });

  it("is hidden while the invited blocks who made it, and not made to whom one blocks oneself", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group", [bob], "Pond");
    const tab = await openPresence(bob);
    await tab.next("welcome");
    const block = (method: string) => bob.call(method, `/api/blocks/${ada.user.id}`);
    await block("PUT");
    expect(await tab.next("thread_removed")).toMatchObject({ threadId: id });
    expect(await listOf(bob)).toEqual([]);
    const other = await newThread(ada, "group", [], "Lake");
    expect(await put(ada, other.id, bob.user)).toEqual(INVITED);
    expect(await listOf(bob)).toEqual([]);
    expect((await put(bob, (await newThread(bob, "group")).id, ada.user)).status).toBe(403);
    await block("DELETE");
    const shown = [await tab.next("thread", isInvitation), await tab.next("thread", isInvitation)];
    expect(new Set(shown.map(({ thread }) => thread.id))).toEqual(new Set([id, other.id]));
    expect((await listOf(bob)).filter(({ state }) => state === "invited")).toHaveLength(2);
  });

  it("is shown by the first inviter whom the invited does not block", async () => {
    const [ada, bob] = await people();
    const cy = await person("Cy");
    const { id } = await newThread(ada, "group", [bob], "Pond");
    await host("PUT", `/api/threads/${id}/members/${cy.user.id}`, { role: "moderator" });
    expect(await put(cy, id, bob.user)).toEqual(INVITED);
    const block = (method: string, who: Person) => bob.call(method, `/api/blocks/${who.user.id}`);
    const tab = await openPresence(bob);
    await tab.next("welcome");
    await block("PUT", ada);
    expect(await tab.next("thread")).toMatchObject({ thread: { id, invitedBy: cy.user } });
    expect(await listOf(bob)).toMatchObject([{ id, state: "invited", invitedBy: cy.user }]);
    await block("PUT", cy);
    expect(await tab.next("thread_removed")).toMatchObject({ threadId: id });
    await evict(shardStub(bob.user.id));
    expect(await listOf(bob)).toEqual([]);
    await block("DELETE", cy);
    expect(await tab.next("thread")).toMatchObject({ thread: { invitedBy: cy.user } });
    await block("DELETE", ada);
    expect(await tab.next("thread")).toMatchObject({ thread: { invitedBy: ada.user } });
    // Which changes nothing that is seen.
    await block("PUT", cy);
    await settle(tab);
    expect(tab.events.filter(({ type }) => type === "thread" || type === "thread_removed")).toHaveLength(4);
    expect(await accept(bob, id)).toBe(200);
  });

  it("is shown by another who invites after one who is blocked, but by none beyond the first ten", async () => {
    const [ada, bob] = await people();
    const others = await Promise.all(Array.from({ length: INVITERS_KEPT }, () => person("Another")));
    const { id } = await newThread(ada, "group", [bob], "Pond");
    await bob.call("PUT", `/api/blocks/${ada.user.id}`);
    for (const { user } of others)
      await host("PUT", `/api/threads/${id}/members/${user.id}`, { role: "moderator" });
    const shown: unknown[] = [];
    for (const other of others) {
      expect(await put(other, id, bob.user)).toEqual(INVITED);
      shown.push((await entryOf(bob, id))?.invitedBy);
      await bob.call("PUT", `/api/blocks/${other.user.id}`);
    }
    expect(shown).toEqual([...others.slice(0, -1).map(({ user }) => user), undefined]);
  });

  it("stays where its invited leaves what they are not in", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group", [bob], "Pond");
    expect((await bob.call("DELETE", `/api/threads/${id}/members/${bob.user.id}`)).status).toBe(404);
    expect(await entryOf(bob, id)).toMatchObject({ state: "invited" });
  });

  it("says who is unknown where everybody may be found", async () => {
    const [ada] = await people();
    const { id } = await newThread(ada, "group", []);
    expect((await put(ada, id, { id: "no-such-user" })).status).toBe(404);
  });

  it("has at most 50 pending an inviter, whoever is invited, and declining frees none", async () => {
    await useSettings({ userSearch: "off", rate: { burst: 0, per10s: 0 } });
    const [ada, bob] = await people();
    const first = await newThread(ada, "group", [bob]);
    const second = await newThread(ada, "group");
    await evict(threadStub(second.id));
    for (let i = 1; i < 50; i++) expect(await put(ada, second.id, { id: `nobody-${i}` })).toEqual(INVITED);
    const full = { status: 409, body: expect.objectContaining({ code: "conflict" }) as unknown };
    expect(await put(ada, first.id, { id: "nobody" })).toEqual(full);
    expect(await put(ada, second.id, { id: "nobody-1" })).toEqual(INVITED);
    await decline(bob, first.id);
    expect(await put(ada, first.id, { id: "nobody" })).toEqual(full);
    const made = await ada.call("POST", "/api/threads", { kind: "group", memberIds: ["x", "y"] });
    expect(made.status).toBe(409);
    await evict(shardStub(ada.user.id));
    expect(await withdraw(ada, second.id, { id: "nobody-1" })).toBe(204);
    expect(await put(ada, first.id, { id: "nobody" })).toEqual(INVITED);
    expect(await put(ada, first.id, { id: "nobody-1" })).toEqual(full);
    expect(await accept(bob, first.id)).toBe(200);
    expect(await put(ada, first.id, { id: "nobody-1" })).toEqual(INVITED);
    // Nor does a thread that is gone keep its own.
    expect((await ada.call("DELETE", `/api/threads/${second.id}`)).status).toBe(204);
    expect(await put(ada, first.id, { id: "nobody-2" })).toEqual(INVITED);
  });

  it("is decided by who may add: others are refused before anything is counted", async () => {
    const [ada, bob] = await people();
    const cy = await person("Cy");
    const { id } = await newThread(ada, "group", [bob]);
    expect((await put(bob, id, cy.user)).status).toBe(404);
    await accept(bob, id);
    expect((await put(bob, id, cy.user)).status).toBe(403);
    expect((await bob.call("GET", `/api/threads/${id}/invitations`)).status).toBe(403);
    expect((await bob.call("POST", `/api/threads/${id}/decline`)).status).toBe(403);
    expect((await host("POST", `/api/threads/${id}/accept`)).status).toBe(403);
    expect((await (await host("GET", `/api/threads/${id}/invitations`)).json()) as unknown).toEqual({
      invitations: [],
    });
  });

  it("lets the host add whom it names, and not bring back by key who declined", async () => {
    const [ada, bob] = await people();
    const key = newKey();
    const made = await host("PUT", `/api/threads/${key}`, { kind: "group", members: [{ id: ada.user.id }] });
    const { id } = (await made.json()) as Thread;
    await host("PUT", `/api/threads/${key}/members/${ada.user.id}`, { role: "owner" });
    await put(ada, id, bob.user);
    await decline(bob, id);
    const again = { kind: "group", members: [{ id: ada.user.id }, { id: bob.user.id }] };
    expect(await (await host("PUT", `/api/threads/${key}`, again)).json()).toMatchObject({ memberCount: 1 });
    const put200 = await host("PUT", `/api/threads/${key}/members/${bob.user.id}`);
    expect(put200.status).toBe(200);
  });

  it("is not accepted by who was banned since", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group", [bob]);
    expect((await ada.call("PUT", `/api/threads/${id}/bans/${bob.user.id}`, {})).status).toBe(200);
    expect(await accept(bob, id)).toBe(404);
  });

  it("records invitations in the audit log", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group");
    await put(ada, id, bob.user);
    await withdraw(ada, id, bob.user);
    const answer = await ada.call("GET", `/api/threads/${id}/audit`);
    expect(await answer.json()).toMatchObject({
      entries: [
        { action: "member.removed", target: { id: bob.user.id }, detail: { invited: true } },
        { action: "member.invited", by: { id: ada.user.id }, target: { id: bob.user.id } },
        { action: "thread.created" },
      ],
    });
  });
});

describe("where nobody is asked", () => {
  it("invites only who left, as often as they leave", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group", [bob]);
    const leave = () => bob.call("DELETE", `/api/threads/${id}/members/${bob.user.id}`);
    expect((await leave()).status).toBe(204);
    expect(await put(ada, id, bob.user)).toEqual(INVITED);
    expect(await accept(bob, id)).toBe(200);
    expect((await leave()).status).toBe(204);
    await evict(threadStub(id));
    expect(await put(ada, id, bob.user)).toEqual(INVITED);
    expect(await decline(bob, id)).toBe(204);
    expect(await put(ada, id, bob.user)).toEqual(INVITED);
    expect(await listOf(bob)).toEqual([]);
  });

  it("adds again who was removed", async () => {
    const [ada, bob] = await people();
    const { id } = await newThread(ada, "group", [bob]);
    expect(await withdraw(ada, id, bob.user)).toBe(204);
    expect((await put(ada, id, bob.user)).status).toBe(200);
  });
});

describe("where only the host adds people", () => {
  beforeEach(() => useSettings({ contactPolicy: "host" }));

  it("refuses users direct threads, groups, and adding others", async () => {
    const [ada, bob] = await people();
    const make = (body: unknown) => ada.call("POST", "/api/threads", body);
    expect((await make({ kind: "group" })).status).toBe(403);
    expect((await make({ kind: "direct", memberIds: [bob.user.id] })).status).toBe(403);
    expect((await make({ kind: "public", memberIds: [bob.user.id] })).status).toBe(403);
    const square = await make({ kind: "public" });
    expect(square.status).toBe(201);
    const { id } = (await square.json()) as Thread;
    expect((await put(ada, id, bob.user)).status).toBe(403);
    expect((await put(bob, id, bob.user)).status).toBe(200);
  });

  it("lets the host make direct threads of two users, who need not accept them", async () => {
    const [ada, bob] = await people();
    const make = (...memberIds: string[]) => host("POST", "/api/threads", { kind: "direct", memberIds });
    const made = await make(ada.user.id, bob.user.id);
    expect(made.status).toBe(201);
    const { id, members } = (await made.json()) as Thread;
    expect(members.map(({ user }) => user.id)).toEqual([ada.user.id, bob.user.id]);
    expect((await make(bob.user.id, ada.user.id)).status).toBe(200);
    expect((await entryOf(bob, id))?.state).toBeUndefined();
    for (let i = 0; i < 4; i++) expect(await write(ada, id)).toBe(201);
    expect((await make(ada.user.id)).status).toBe(400);
    expect((await make(ada.user.id, ada.user.id)).status).toBe(400);
    expect((await make(ada.user.id, "no-such-user")).status).toBe(404);
  });

  it("is the host's alone there: in other policies it makes none", async () => {
    await useSettings({ contactPolicy: "open" });
    const [ada, bob] = await people();
    const memberIds = [ada.user.id, bob.user.id];
    expect((await host("POST", "/api/threads", { kind: "direct", memberIds })).status).toBe(403);
  });
});
