/** Invitation links: who makes and revokes them, whom they let in, how often, and what others learn. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AuditPage } from "../../../src/protocol/moderation.ts";
import type { LinkList, NewLink } from "../../../src/protocol/links.ts";
import { LINK_CONTACT_MS, LINKS } from "../../../src/protocol/limits.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { VERDICT_MS } from "../../../src/rpc/revocation.ts";
import { passTime, startClock } from "../../cost/clock.ts";
import { eventually } from "../../support/eventually.ts";
import { host, hostAs } from "../../support/host-server.ts";
import { call, newThread, person, type Person } from "../../support/host-users.ts";
import { costOf, evict, storedText, threadStub } from "../../support/objects.ts";
import { useSettings } from "../../support/settings.ts";
import { openThread } from "../../support/socket.ts";
import { runInDurableObject } from "cloudflare:test";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A group of Ada, its owner, Mod, its moderator, and Bob. */
async function group(kind: "group" | "public" = "group") {
  const [ada, mod, bob, eve] = await Promise.all([
    person("Ada"),
    person("Mod"),
    person("Bob"),
    person("Eve"),
  ]);
  const thread = await newThread(ada, kind, [mod, bob], "Pond");
  const path = `/api/threads/${thread.id}`;
  await ada.call("PUT", `${path}/members/${mod.user.id}`, { role: "moderator" });
  return {
    ada,
    mod,
    bob,
    eve,
    thread,
    path,
    stub: threadStub(thread.id),
    create: (who: Pick<Person, "call">, body?: object) => who.call("POST", `${path}/links`, body),
    link: async (body?: object) => (await ada.call("POST", `${path}/links`, body)).json<NewLink>(),
    links: async () => (await (await ada.call("GET", `${path}/links`)).json<LinkList>()).links,
  };
}

const redeem = (who: Person, code: string) => who.call("POST", `/api/links/${code}`);
const codeOf = async (response: Response) => (await response.json<{ code: string }>()).code;

describe("a link", () => {
  it("lets in whoever has its code, and is listed with how many came, without the code", async () => {
    const { ada, eve, thread, path, stub, create, links } = await group();
    const response = await create(ada);
    expect(response.status).toBe(201);
    const { code, ...link } = await response.json<NewLink>();
    expect(link).toEqual({ no: 1, createdAt: expect.any(Number) as number, by: ada.user, used: 0 });
    expect((await eve.call("GET", path)).status).toBe(404);
    await evict(stub);
    const room = await openThread(ada, thread.id);
    await room.next("welcome");
    const joined = await redeem(eve, code);
    expect(joined.status).toBe(200);
    expect(await joined.json<Thread>()).toMatchObject({
      id: thread.id,
      you: { role: "member" },
      memberCount: 4,
    });
    expect((await room.next("member")).member.user).toEqual(eve.user);
    const list = await (await eve.call("GET", "/api/threads")).json<{ threads: { id: string }[] }>();
    expect(list.threads.map(({ id }) => id)).toContain(thread.id);
    expect(await links()).toEqual([{ ...link, used: 1 }]);
    const stored = await storedText(stub);
    expect(stored).not.toContain(code);
    expect(stored).not.toContain(code.slice(-20));
  });

  it("is made by moderators, owners and the host, of groups and public threads", async () => {
    const { ada, mod, bob, eve, create, path, links } = await group("public");
    for (const who of [ada, mod, { call: host }]) expect((await create(who, { uses: 5 })).status).toBe(201);
    expect((await links()).map(({ by }) => by)).toEqual(["host", mod.user, ada.user]);
    for (const who of [bob, eve]) {
      expect(await codeOf(await create(who))).toBe("forbidden");
      expect(await codeOf(await who.call("GET", `${path}/links`))).toBe("forbidden");
      expect(await codeOf(await who.call("DELETE", `${path}/links/1`))).toBe("forbidden");
    }
    const direct = await newThread(ada, "direct", [bob]);
    for (const who of [ada, { call: host }])
      expect(await codeOf(await who.call("POST", `/api/threads/${direct.id}/links`))).toBe("forbidden");
    const closed = await group();
    expect(await codeOf(await eve.call("POST", `${closed.path}/links`))).toBe("not_found");
  });

  it("is made by the host alone where CONTACT_POLICY is host", async () => {
    await useSettings({ contactPolicy: "host" });
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const { id } = await newThread(ada, "public", [], "Lobby");
    const path = `/api/threads/${id}/links`;
    expect(await codeOf(await ada.call("POST", path))).toBe("forbidden");
    const made = await host("POST", path);
    expect((await redeem(eve, (await made.json<NewLink>()).code)).status).toBe(200);
  });

  it("is void once it is revoked, over or used up, and answers as one that never was", async () => {
    startClock();
    const { ada, mod, eve, path, link, links } = await group();
    const [revoked, over, used] = [
      await link(),
      await link({ expiresAt: Date.now() + 1_000 }),
      await link({ uses: 1 }),
    ];
    expect((await redeem(await person("First"), used.code)).status).toBe(200);
    expect((await mod.call("DELETE", `${path}/links/${revoked.no}`)).status).toBe(204);
    expect(await codeOf(await ada.call("DELETE", `${path}/links/${revoked.no}`))).toBe("not_found");
    passTime(1_000);
    const made = btoa(String.fromCharCode(...new Uint8Array(48)))
      .replaceAll("+", "-")
      .replaceAll("/", "_");
    const otherSecret = over.code.slice(0, 43) + used.code.slice(43);
    const answers = [];
    for (const code of [revoked.code, over.code, used.code, made, otherSecret.replace(/.$/, "x"), "nonsense"])
      answers.push(await (await redeem(eve, code)).text());
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] ?? "")).toMatchObject({ status: 404, code: "not_found" });
    expect((await links()).map(({ no }) => no)).toEqual([used.no, over.no]);
    await ada.call("DELETE", path);
    expect(await (await redeem(eve, over.code)).text()).toBe(answers[0]);
  });

  it("lets one in for its last use, of two who come at once", async () => {
    const { link, links, path, ada } = await group();
    const { code } = await link({ uses: 1 });
    const two = await Promise.all([person("One"), person("Two")]);
    const answers = await Promise.all(two.map((who) => redeem(who, code)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    expect((await links())[0]).toMatchObject({ uses: 1, used: 1 });
    const { memberCount } = await (await ada.call("GET", path)).json<Thread>();
    expect(memberCount).toBe(4);
  });

  it("that is redeemed while it is revoked lets in or does not, and counts so", async () => {
    const { ada, eve, path, link } = await group();
    const { no, code } = await link();
    const [answer, revoked] = await Promise.all([
      redeem(eve, code),
      ada.call("DELETE", `${path}/links/${no}`),
    ]);
    expect(revoked.status).toBe(204);
    const { memberCount } = await (await ada.call("GET", path)).json<Thread>();
    expect(memberCount).toBe(answer.status === 200 ? 4 : 3);
    expect((await redeem(await person("Late"), code)).status).toBe(404);
  });

  it("is not spent by a member, nor by one who redeems it again", async () => {
    const { bob, eve, link, links } = await group();
    const { code } = await link({ uses: 2 });
    for (const who of [bob, eve, eve]) expect((await redeem(who, code)).status).toBe(200);
    expect((await links())[0]).toMatchObject({ used: 1 });
  });

  it("lets nobody in whom the host has banned, nor the host itself, nor nobody; the host in a user's name", async () => {
    startClock();
    const { eve, link } = await group();
    const { code } = await link();
    await host("PUT", `/api/bans/${eve.user.id}`);
    passTime(VERDICT_MS);
    expect(await codeOf(await redeem(eve, code))).toBe("forbidden");
    expect(await codeOf(await host("POST", `/api/links/${code}`))).toBe("forbidden");
    expect(await codeOf(await call("POST", `/api/links/${code}`))).toBe("unauthenticated");
    expect((await hostAs(await person("Fay"), "POST", `/api/links/${code}`)).status).toBe(200);
  });

  it("is void for who is banned from the thread, and for them alone", async () => {
    const { ada, bob, eve, path, link, links } = await group("public");
    const { code } = await link();
    await ada.call("PUT", `${path}/bans/${bob.user.id}`, {});
    await ada.call("PUT", `${path}/bans/${eve.user.id}`, {});
    const never = await (await redeem(bob, "nonsense")).text();
    for (const who of [bob, eve]) expect(await (await redeem(who, code)).text()).toBe(never);
    expect((await links())[0]).toMatchObject({ used: 0 });
    await ada.call("DELETE", `${path}/bans/${bob.user.id}`);
    expect((await redeem(bob, code)).status).toBe(200);
  });

  it("makes nobody a contact of the thread's others before the next day", async () => {
    startClock();
    const { eve, link, stub } = await group();
    const { code } = await link();
    await redeem(eve, code);
    const from = await runInDurableObject(
      stub,
      (_, { storage }) =>
        storage.sql
          .exec<{ at: number }>("SELECT contact_from AS at FROM members WHERE user_id = ?", eve.user.id)
          .one().at,
    );
    expect(from).toBe(Date.now() + LINK_CONTACT_MS);
  });

  it.each([{ uses: 0 }, { uses: 1.5 }, { uses: "many" }, { expiresAt: 1 }, { expiresAt: "soon" }])(
    "takes no %j",
    async (body) => {
      const { ada, create } = await group();
      expect(await codeOf(await create(ada, body))).toBe("bad_request");
    },
  );
});

it("records who made, revoked and redeemed which link, and gives no number twice", async () => {
  const { ada, eve, path, link } = await group();
  const { no, code } = await link({ uses: 3 });
  await redeem(eve, code);
  await ada.call("DELETE", `${path}/links/${no}`);
  expect((await link()).no).toBe(no + 1);
  const { entries } = await (await ada.call("GET", `${path}/audit`)).json<AuditPage>();
  const acts = entries.filter(({ action }) => action.startsWith("link.")).toReversed();
  expect(acts).toMatchObject([
    { action: "link.created", by: ada.user, detail: { no, uses: 3 } },
    { action: "link.redeemed", by: eve.user, detail: { no } },
    { action: "link.revoked", by: ada.user, detail: { no } },
    { action: "link.created", by: ada.user, detail: { no: no + 1 } },
  ]);
});

it("keeps so many links, of which void ones make room", async () => {
  startClock();
  const { ada, create, link, stub } = await group();
  await link({ expiresAt: Date.now() + 1_000 });
  await runInDurableObject(stub, (_, { storage }) => {
    for (let i = 1; i < LINKS; i += 1)
      storage.sql.exec("INSERT INTO links (hash, by_id, created_at, used) VALUES ('', 'x', 1, 0)");
  });
  expect(await codeOf(await create(ada))).toBe("conflict");
  passTime(1_000);
  expect((await create(ada)).status).toBe(201);
});

it("costs a few rows to make, and one more than joining and its records to redeem", async () => {
  const { ada, eve, path, stub, create, link } = await group();
  // The link, its number, and the audit log.
  const made = await costOf(stub, () => create(ada));
  expect(made.rowsWritten).toBe(3);
  const { code } = await link();
  const fay = await person("Fay");
  const settled = () =>
    eventually(async () => {
      const left = await runInDurableObject(
        stub,
        (_, { storage }) => storage.sql.exec("SELECT * FROM untold_members").toArray().length,
      );
      expect(left).toBe(0);
    });
  const added = await costOf(stub, async () => {
    await ada.call("PUT", `${path}/members/${fay.user.id}`, {});
    await settled();
  });
  const redeemed = await costOf(stub, async () => {
    await redeem(eve, code);
    await settled();
  });
  expect(redeemed.rowsWritten - added.rowsWritten).toBe(2);
  const refused = await costOf(stub, () =>
    redeem(fay, `${code.slice(0, -1)}${code.endsWith("A") ? "B" : "A"}`),
  );
  expect(refused.rowsWritten).toBe(0);
});

it("discloses nothing of the thread to one who guesses, however often", async () => {
  const { eve, link } = await group();
  const { code } = await link();
  const wrong = `${code.slice(0, -1)}${code.endsWith("A") ? "B" : "A"}`;
  const texts = new Set<string>();
  for (let i = 0; i < 40; i += 1) texts.add(await (await redeem(eve, wrong)).text());
  expect(texts.size).toBe(1);
  expect((await redeem(eve, code)).status).toBe(200);
});
