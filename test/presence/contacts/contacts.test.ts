/** Who are contacts: what each thread says of it, and what a user's shard makes of that. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { reset } from "cloudflare:test";
import { runAlarm, startClock } from "../../cost/clock.ts";
import { meter } from "../../cost/meter.ts";
import { eventually } from "../../support/eventually.ts";
import { costOf, evict, shardStub, threadStub } from "../../support/objects.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { FakeThread, groupOf, HOUR, knownUser, passTime, rowsOf, shardFor, SHARDS } from "../shard.ts";

afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

/** Which of these are contacts of a user. */
async function contactsOf({ user }: Person, ...others: Person[]): Promise<string[]> {
  const found = await shardFor(user).contactsOf(
    user.id,
    others.map((other) => other.user.id),
  );
  return others.filter((other) => found.includes(other.user.id)).map((other) => other.user.name);
}

async function write(who: Person, threadId: string): Promise<void> {
  const response = await who.call("POST", `/api/threads/${threadId}/messages`, { body: "hello" });
  expect(response.status).toBe(201);
}

describe("two people are contacts", () => {
  it("once both have written in their direct thread, and not before", async () => {
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    const { id } = await newThread(ada, "direct", [bo]);
    expect(await contactsOf(ada, bo)).toEqual([]);
    await write(ada, id);
    await write(ada, id);
    expect(await contactsOf(ada, bo)).toEqual([]);
    expect(await contactsOf(bo, ada)).toEqual([]);
    await runAlarm(threadStub(id));
    await evict(threadStub(id));
    await write(bo, id);
    await runAlarm(threadStub(id));
    await eventually(async () => expect(await contactsOf(ada, bo)).toEqual(["Bo"]));
    await eventually(async () => expect(await contactsOf(bo, ada)).toEqual(["Ada"]));
  });

  it("as members of a group of at most 50, for as long as it is no larger", async () => {
    const [ada, bo, cy] = [await person("Ada"), await person("Bo"), await person("Cy")];
    const others = await Promise.all(Array.from({ length: 48 }, () => person("Other")));
    const { id } = await newThread(ada, "group", [bo, ...others]);
    const path = `/api/threads/${id}/members/${cy.user.id}`;
    expect(await contactsOf(ada, bo, cy)).toEqual(["Bo"]);
    expect((await ada.call("PUT", path)).status).toBe(200);
    expect(await contactsOf(ada, bo, cy)).toEqual([]);
    expect((await ada.call("DELETE", path)).status).toBe(204);
    expect(await contactsOf(ada, bo, cy)).toEqual(["Bo"]);
  });

  it("not as members of a public thread, nor of themselves", async () => {
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    await newThread(ada, "public", [bo], "The pond");
    expect(await contactsOf(ada, bo, ada)).toEqual([]);
  });

  it("from a time on where one came by a link, of either side", async () => {
    startClock();
    const [ada, bo] = [await knownUser("Ada"), await knownUser("Bo")];
    const group = await groupOf(ada);
    const contactFrom = Date.now() + HOUR;
    await group.notify(group.change({ joined: [{ userId: bo.id, readSeq: 0, contactFrom }] }), bo);
    const contacts = async () => [
      await shardFor(ada).contactsOf(ada.id, [bo.id]),
      await shardFor(bo).contactsOf(bo.id, [ada.id]),
    ];
    expect(await contacts()).toEqual([[], []]);
    passTime(HOUR);
    expect(await contacts()).toEqual([[bo.id], [ada.id]]);
    await group.leave(bo);
    expect(await rowsOf(bo, "late_contacts")).toEqual([]);
    expect(await contacts()).toEqual([[], []]);
  });
});

it("who came by a link is forgotten with the thread", async () => {
  const ada = await knownUser("Ada");
  const group = new FakeThread();
  const contactFrom = Date.now() + HOUR;
  await group.notify(group.change({ joined: [{ userId: ada.id, readSeq: 0, contactFrom }] }), ada);
  expect(await rowsOf(ada, "late_contacts")).toHaveLength(1);
  await shardFor(ada).threadDeleted(group.id);
  expect(await rowsOf(ada, "late_contacts")).toEqual([]);
});

it("to ask for contacts is one call, of the user's own shard, and one of each other shard concerned", async () => {
  const users = await Promise.all(Array.from({ length: 16 }, (_, i) => knownUser("Many", i)));
  const [ada] = users;
  if (!ada) throw new Error("nobody");
  await groupOf(...users);
  const ids = users.map(({ id }) => id);
  const spent = await meter(() => shardFor(ada).contactsOf(ada.id, ids));
  expect(spent.presence).toMatchObject({ calls: SHARDS, rowsWritten: 0 });
  expect(spent.presence.rowsRead).toBeLessThanOrEqual(6 + 3 * ids.length);
  const own = await costOf(shardStub(ada.id), () => shardFor(ada).contactsOf(ada.id, [ada.id]));
  expect(own).toMatchObject({ rowsRead: 0, rowsWritten: 0 });
});
