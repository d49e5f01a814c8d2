/** What happens at once to invitations, and what is lost in between. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { beforeEach, expect, it } from "vitest";
import { answerHeldAt, interceptCalls, lost } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { gate } from "../../support/gate.ts";
import { host } from "../../support/host-server.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { evict, shardStub, threadStub } from "../../support/objects.ts";
import { UNLIMITED, useSettings } from "../../support/settings.ts";
import { accept, decline, entryOf, INVITED, invitedIn, listOf, put, withdraw, write } from "./people.ts";

beforeEach(() => useSettings({ contactPolicy: "consent", ...UNLIMITED }));

async function people(): Promise<{ ada: Person; bob: Person; cy: Person }> {
  const [ada, bob, cy] = await Promise.all([person("Ada"), person("Bob"), person("Cy")]);
  return { ada, bob, cy };
}

async function membersOf(threadId: string, who: Person): Promise<string[]> {
  const answer = await who.call("GET", `/api/threads/${threadId}/members`);
  const { members } = (await answer.json()) as { members: { user: { id: string } }[] };
  return members.map(({ user }) => user.id);
}

/** How many more invitations somebody may have pending. */
async function places(who: Person, threadId: string): Promise<number> {
  for (let made = 0; ; made++) {
    const { status } = await put(who, threadId, { id: `filler-${made}` });
    if (status !== 202) return made;
  }
}

it("accepting while it is withdrawn leaves a stranger in the end, and nothing counted", async () => {
  await useSettings({ userSearch: "off" });
  const { ada, bob } = await people();
  const { id } = await newThread(ada, "group", [bob]);
  const [accepted, withdrawn] = await Promise.all([accept(bob, id), withdraw(ada, id, bob.user)]);
  // Who had accepted already was removed as a member.
  expect([200, 404]).toContain(accepted);
  expect(withdrawn).toBe(204);
  expect(await membersOf(id, ada)).toEqual([ada.user.id]);
  expect(await listOf(bob)).toEqual([]);
  expect(await places(ada, id)).toBe(50);
});

it("two who invite one at once are both answered, and one acceptance ends both", async () => {
  const { ada, bob, cy } = await people();
  const { id } = await newThread(ada, "group");
  await host("PUT", `/api/threads/${id}/members/${cy.user.id}`, { role: "moderator" });
  expect(await Promise.all([put(ada, id, bob.user), put(cy, id, bob.user), put(ada, id, bob.user)])).toEqual([
    INVITED,
    INVITED,
    INVITED,
  ]);
  expect(await invitedIn(id, ada)).toEqual([bob.user.id, bob.user.id]);
  expect((await listOf(bob)).map((thread) => thread.id)).toEqual([id]);
  expect(await Promise.all([accept(bob, id), accept(bob, id)])).toEqual([200, 200]);
  expect(await invitedIn(id, ada)).toEqual([]);
  expect(await membersOf(id, ada)).toEqual([ada.user.id, cy.user.id, bob.user.id]);
});

it("adding one who leaves in that moment never makes them a member again", async () => {
  await useSettings({ contactPolicy: "open" });
  const { ada, bob } = await people();
  const { id } = await newThread(ada, "group", [bob]);
  const [added] = await Promise.all([put(ada, id, bob.user), withdraw(bob, id, bob.user)]);
  expect([200, 202]).toContain(added.status);
  expect(await membersOf(id, ada)).toEqual([ada.user.id]);
  expect((await entryOf(bob, id))?.state).toBe(added.status === 202 ? "invited" : undefined);
});

it("inviting again while it is declined shows nothing more", async () => {
  const { ada, bob } = await people();
  const { id } = await newThread(ada, "group", [bob]);
  const [declined, again] = await Promise.all([decline(bob, id), put(ada, id, bob.user)]);
  expect([declined, again]).toEqual([204, INVITED]);
  await evict(threadStub(id));
  expect(await put(ada, id, bob.user)).toEqual(INVITED);
  expect(await listOf(bob)).toEqual([]);
  expect(await invitedIn(id, ada)).toEqual([bob.user.id]);
});

it("of a flood by one in many threads at once, 50 are let through", async () => {
  await useSettings({ userSearch: "off" });
  const { ada } = await people();
  const threads = await Promise.all([1, 2, 3].map(() => newThread(ada, "group")));
  const flood = threads.flatMap(({ id }, t) =>
    Array.from({ length: 25 }, (_, i) => put(ada, id, { id: `nobody-${t}-${i}` })),
  );
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 202)).toHaveLength(50);
  expect(statuses.filter((status) => status === 409)).toHaveLength(25);
  const invited = await Promise.all(threads.map(({ id }) => invitedIn(id, ada)));
  expect(invited.flat()).toHaveLength(50);
});

it("a thread that is deleted while one accepts is on nobody's list", async () => {
  const { ada, bob } = await people();
  const { id } = await newThread(ada, "group", [bob]);
  const [accepted] = await Promise.all([accept(bob, id), ada.call("DELETE", `/api/threads/${id}`)]);
  expect([200, 404]).toContain(accepted);
  expect(await listOf(bob)).toEqual([]);
  expect(await accept(bob, id)).toBe(404);
});

it("an invitation that is refused after all is not counted: its maker was demoted meanwhile", async () => {
  await useSettings({ userSearch: "off" });
  const { ada, bob, cy } = await people();
  const { id } = await newThread(ada, "group");
  await host("PUT", `/api/threads/${id}/members/${cy.user.id}`, { role: "moderator" });
  const counting = gate();
  const admissions = interceptCalls("PRESENCE", "admitInvitations", answerHeldAt(counting));
  const inviting = put(cy, id, bob.user);
  await counting.reached();
  await ada.call("PUT", `/api/threads/${id}/members/${cy.user.id}`, { role: "member" });
  counting.open();
  expect((await inviting).status).toBe(403);
  admissions.stop();
  const own = await newThread(cy, "group");
  expect(await places(cy, own.id)).toBe(50);
});

it("an invitation whose notification is lost comes by alarm", async () => {
  const { ada, bob } = await people();
  const { id } = await newThread(ada, "group");
  expectLogged(/a call to an object failed/);
  const notifications = interceptCalls("PRESENCE", "threadChanged", lost);
  expect(await put(ada, id, bob.user)).toEqual(INVITED);
  await evict(threadStub(id));
  notifications.stop();
  expect(await listOf(bob)).toEqual([]);
  await runDurableObjectAlarm(threadStub(id));
  await eventually(async () => expect(await listOf(bob)).toHaveLength(1));
});

it("that an invitation ended is counted once the inviter's shard hears of it, after an eviction too", async () => {
  await useSettings({ userSearch: "off" });
  const { ada, bob } = await people();
  const { id } = await newThread(ada, "group", [bob]);
  expectLogged(/a call to an object failed/);
  const notifications = interceptCalls("PRESENCE", "threadChanged", lost);
  expect(await accept(bob, id)).toBe(200);
  await evict(threadStub(id));
  await evict(shardStub(ada.user.id));
  notifications.stop();
  await runDurableObjectAlarm(threadStub(id));
  await eventually(async () => expect((await entryOf(bob, id))?.state).toBeUndefined());
  expect(await places(ada, id)).toBe(50);
});

it("one that is left on the list of a thread that is gone comes off it by either answer", async () => {
  const { ada, bob } = await people();
  for (const answer of [accept, decline]) {
    const { id } = await newThread(ada, "group", [bob]);
    expectLogged(/a call to an object failed/);
    const notifications = interceptCalls("PRESENCE", "threadChanged", lost);
    expect(await withdraw(ada, id, bob.user)).toBe(204);
    expect(await entryOf(bob, id)).toBeDefined();
    expect(await answer(bob, id)).toBe(answer === accept ? 404 : 204);
    expect(await listOf(bob)).toEqual([]);
    notifications.stop();
  }
});

it("a message request takes no fourth message from two sockets at once, nor a first one twice", async () => {
  const { ada, bob } = await people();
  const { id } = await newThread(ada, "direct", [bob]);
  const statuses = await Promise.all([1, 2, 3, 4, 5].map((n) => write(ada, id, `${n}`)));
  expect(statuses.toSorted()).toEqual([201, 201, 201, 403, 403]);
  const both = await Promise.all([accept(bob, id), write(bob, id), write(ada, id)]);
  expect(both.slice(0, 2)).toEqual([200, 201]);
  const made = await Promise.all([newThread(ada, "direct", [bob]), newThread(bob, "direct", [ada])]);
  expect(made.map((thread) => thread.id)).toEqual([id, id]);
});

it("a pair that asks each other at once has one request, and the other's is not counted", async () => {
  await useSettings({ userSearch: "off" });
  const { ada, bob } = await people();
  const [one, other] = await Promise.all([newThread(ada, "direct", [bob]), newThread(bob, "direct", [ada])]);
  expect(one.id).toBe(other.id);
  const states = [await entryOf(ada, one.id), await entryOf(bob, one.id)].map((entry) => entry?.state);
  expect(states.toSorted()).toEqual(["invited", undefined]);
  const asked = states[0] === "invited" ? ada : bob;
  expect(await places(asked, (await newThread(asked, "group")).id)).toBe(50);
});
