/** The built-in filters: words of the list are masked or refused, and new members post no links. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { linkPolicy } from "../../../src/thread/filters/link-policy.ts";
import { wordFilter } from "../../../src/thread/filters/word-filter.ts";
import { passTime, startClock } from "../../cost/clock.ts";
import { host } from "../../support/host-server.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { evict, threadStub } from "../../support/objects.ts";
import { useSettings } from "../../support/settings.ts";
import { openThread } from "../../support/socket.ts";

afterEach(() => vi.useRealTimers());

const HOUR_MS = 3_600_000;
const content = (body: string) => ({ body, kind: "group" as const, role: "member" as const, joinedAt: 0 });

async function group(kind: "group" | "direct" = "group") {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { id } = await newThread(ada, kind, [bob]);
  await evict(threadStub(id));
  const path = `/api/threads/${id}`;
  return {
    ada,
    bob,
    id,
    path,
    say: (who: Pick<Person, "call">, body: string, command?: string) =>
      who.call("POST", `${path}/messages`, { body, ...(command && { id: command }) }),
  };
}

const codeOf = async (response: Response) => (await response.json<{ code: string }>()).code;
const bodyOf = async (response: Response) => (await response.json<{ body: string }>()).body;

describe("the word list", () => {
  it.each([
    ["Heck, what a heck!", "****, what a ****!"],
    ["HECK heck-heck", "**** ****-****"],
    ["h\u200be\u00adck", "******"],
    ["checkers, hecks, heck1, he ck", "checkers, hecks, heck1, he ck"],
    ["h\u0308eck éheck", "h\u0308eck éheck"],
  ])("masks whole words in any case: %j", (body, masked) => {
    expect(wordFilter(["heck"], "mask")(content(body), 0)).toBe(masked);
  });

  it("is off unless it is switched on", async () => {
    const { bob, say } = await group();
    expect(await bodyOf(await say(bob, "shit"))).toBe("shit");
  });

  it("masks what users send and edit, by HTTP and socket, and nothing of the host's", async () => {
    await useSettings({ filters: { words: "mask", newMemberLinksMs: 0 } });
    const { ada, bob, id, path, say } = await group();
    const room = await openThread(ada, id);
    await room.next("welcome");
    expect(await bodyOf(await say(bob, "oh shit"))).toBe("oh ****");
    expect((await room.next("chat")).message.body).toBe("oh ****");
    room.send({ type: "chat", id: "1", body: "Bullshit" });
    expect((await room.next("chat")).message.body).toBe("********");
    expect(await bodyOf(await bob.call("PATCH", `${path}/messages/1`, { body: "shit!" }))).toBe("****!");
    expect(await bodyOf(await say({ call: host }, "shit"))).toBe("shit");
  });

  it("refuses where it is to, after the right, and acknowledges what was stored before", async () => {
    const { ada, bob, id, path, say } = await group();
    expect((await say(bob, "shit", "first")).status).toBe(201);
    await useSettings({ filters: { words: "refuse", newMemberLinksMs: 0 } });
    await evict(threadStub(id));
    expect((await say(bob, "shit", "first")).status).toBe(200);
    expect(await codeOf(await say(bob, "shit"))).toBe("forbidden");
    expect(await codeOf(await say(await person("Eve"), "shit"))).toBe("not_found");
    expect((await say(bob, "fine", "same")).status).toBe(201);
    expect(await codeOf(await bob.call("PATCH", `${path}/messages/2`, { body: "shit" }))).toBe("forbidden");
    expect((await ada.call("GET", `${path}/messages`)).status).toBe(200);
  });
});

describe("the link policy", () => {
  it.each([
    "see https://x.example/y",
    "www.example.com",
    "buy at pills.com now",
    "shop.example/buy",
    "FTP://x",
    "spam.co",
  ])("takes for a link: %s", (body) => {
    expect(() => linkPolicy(1_000)(content(body), 10)).toThrow("New members may not post links here yet.");
  });

  it.each(["hello.", "I said:then", "1.5 and 2.50", "e.g. this", "a@b", "and/or", "README.md is long"])(
    "takes for none: %s",
    (body) => expect(linkPolicy(1_000)(content(body), 10)).toBe(body),
  );

  it("refuses links by new members, in messages and edits, until they are new no more", async () => {
    startClock();
    await useSettings({ filters: { words: "off", newMemberLinksMs: HOUR_MS / 2 } });
    const { ada, bob, path, say } = await group();
    const refused = await say(bob, "https://pills.example");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([403, expect.anything()]);
    expect((await say(bob, "hello")).status).toBe(201);
    expect(await codeOf(await bob.call("PATCH", `${path}/messages/1`, { body: "www.pills.example" }))).toBe(
      "forbidden",
    );
    // The owner, and the host.
    for (const who of [ada, { call: host }]) expect((await say(who, "https://a.example")).status).toBe(201);
    passTime(HOUR_MS / 2);
    expect((await say(bob, "https://pills.example")).status).toBe(201);
  });

  it("leaves direct threads alone", async () => {
    await useSettings({ filters: { words: "off", newMemberLinksMs: HOUR_MS } });
    const { bob, say } = await group("direct");
    expect((await say(bob, "https://pills.example")).status).toBe(201);
  });
});
