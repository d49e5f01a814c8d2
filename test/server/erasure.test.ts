/**
 * What was deleted is in no file of the objects any more, once they have been idle for some seconds: workerd then closes an
 * object's database, which copies its log (WAL) into the file and removes it.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUTH_SECRET, Server } from "../chaos/support/server.ts";
import { signIn, type SignedInUser } from "../chaos/support/users.ts";

let lilypad: Server;
let ada: SignedInUser;
let bob: SignedInUser;

beforeAll(async () => {
  lilypad = await Server.start({}, { inspector: false });
  const [first, second] = await signIn(lilypad, ["ada", "bob"]);
  if (!first || !second) throw new Error("nobody signed in");
  [ada, bob] = [first, second];
});
afterAll(() => lilypad.stop());

/** A word that nothing else holds. */
const marker = (stem: string) => `${stem}-${crypto.randomUUID()}`;
/** The same, for a text of so many characters. */
const markerFor = (length: number, stem: string) =>
  length < 60 ? crypto.randomUUID().slice(0, length) : marker(stem);

/** A text of this length that holds a marker many times. */
const textOf = (word: string, length: number) =>
  `${word} `.repeat(Math.ceil(length / word.length)).slice(0, length);

/** Messages that are said at once where there are many. */
const CHATTER_AT_ONCE = 10;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** The files of all objects, by path. */
async function allFiles(): Promise<Map<string, Buffer>> {
  const entries = await readdir(lilypad.storage, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    // One that was removed meanwhile holds nothing.
    files.set(path.slice(lilypad.storage.length + 1), await readFile(path).catch(() => Buffer.alloc(0)));
  }
  return files;
}

/** The next look at all files, a second after the one before: all tests that wait share it. */
let nextLook: Promise<Map<string, Buffer>> | undefined;
function look(): Promise<Map<string, Buffer>> {
  nextLook ??= setTimeout(1_000).then(() => {
    nextLook = undefined;
    return allFiles();
  });
  return nextLook;
}

/** A token that names its user so. A later one counts: each is a second younger than the one before. */
function tokenOf(id: string, name: string): Promise<string> {
  issuedAt += 1;
  return new SignJWT({ name, iat: issuedAt, exp: issuedAt + 3_600 })
    .setSubject(id)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(AUTH_SECRET));
}
let issuedAt = Math.floor(Date.now() / 1_000) - 60;

async function send(user: Pick<SignedInUser, "token">, path: string, method: string, body?: object) {
  const response = await fetch(lilypad.url + path, {
    method,
    headers: { authorization: `Bearer ${user.token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  const text = await response.text();
  return text === "" ? undefined : (JSON.parse(text) as { id: string; seq: number });
}

/** A group of both, with what can be done in it. */
async function newGroup(name?: string) {
  const thread = await send(ada, "/api/threads", "POST", {
    kind: "group",
    memberIds: [bob.id],
    ...(name !== undefined && { name }),
  });
  const path = `/api/threads/${thread?.id}`;
  const messageAt = (seq: number) => `${path}/messages/${seq}`;
  const say = async (body: string, user = ada, data?: object) =>
    (await send(user, `${path}/messages`, "POST", { body, ...(data && { data }) }))?.seq ?? 0;
  return {
    path,
    say,
    /** Bob says so much, in messages of many lengths. */
    async chatter(count: number) {
      const chat = (n: number) => say("chatter ".repeat(1 + ((n * 7) % 40)), bob);
      for (let said = 0; said < count; said += CHATTER_AT_ONCE)
        await Promise.all(numbers(Math.min(CHATTER_AT_ONCE, count - said)).map((n) => chat(said + n)));
    },
    edit: (seq: number, body: string) => send(ada, messageAt(seq), "PATCH", { body }),
    remove: (seq: number) => send(ada, messageAt(seq), "DELETE"),
    async react(seq: number, ...emoji: string[]) {
      for (const user of [ada, bob])
        for (const one of emoji)
          await send(user, `${messageAt(seq)}/reactions/${encodeURIComponent(one)}`, "PUT");
    },
  };
}

/** The files that hold a text, as soon as `isExpected`. The limit is only reached on failure. */
async function filesOnce(text: string, isExpected: (files: string[]) => boolean): Promise<string[]> {
  for (let looks = 1; ; looks++) {
    const files = [...(await look())].filter(([, bytes]) => bytes.includes(text)).map(([path]) => path);
    if (isExpected(files) || looks === 500) return files;
  }
}
const filesWhenStored = (text: string) => filesOnce(text, (files) => files.length > 0);
/** Objects close their databases when they have been idle for some 10 s. */
const filesWhenIdle = (text: string) => filesOnce(text, (files) => files.length === 0);

// All at once, since each waits for its objects to be idle.
describe.concurrent("in no file is", () => {
  it.each([6, 200, 3_000, 9_900])("a message of %i characters that was deleted", async (length) => {
    const { say, remove, chatter } = await newGroup();
    const word = markerFor(length, "deleted");
    const seq = await say(textOf(word, length));
    expect(await filesWhenStored(word)).not.toEqual([]);
    await chatter(1);
    await remove(seq);
    expect(await filesWhenIdle(word)).toEqual([]);
  });

  it.each([200, 3_000, 9_900])(
    "a newest message of %i characters that was deleted, and its preview",
    async (length) => {
      const { say, remove } = await newGroup();
      const word = marker("newest");
      const seq = await say(textOf(word, length));
      expect(await filesWhenStored(word)).not.toEqual([]);
      await remove(seq);
      expect(await filesWhenIdle(word)).toEqual([]);
    },
  );

  it.each([
    ["each of a thread's first messages, deleted when there were many", 0],
    ["each of many messages, deleted among more", 70],
  ])("%s", async (_what, before) => {
    const { say, remove, react, chatter } = await newGroup();
    const word = marker("many");
    await chatter(before);
    const seqs = [];
    for (const n of numbers(24)) seqs.push(await say(textOf(word, n % 8 === 0 ? 9_000 : 30 + n * 40)));
    await chatter(70);
    for (const seq of seqs.filter((one) => one % 3 === 0)) await react(seq, "👍", "🎉", "👩‍🚀");
    expect(await filesWhenStored(word)).not.toEqual([]);
    for (const seq of seqs) await remove(seq);
    expect(await filesWhenIdle(word)).toEqual([]);
  });

  it("what reports of messages kept of them, once the reports are resolved", async () => {
    const { path, say, chatter } = await newGroup();
    const [word, forgotten] = [marker("reported"), marker("forgotten")];
    await chatter(5);
    const seqs = [];
    for (const n of numbers(14)) seqs.push(await say(textOf(word, n % 7 === 0 ? 9_000 : n * 60), bob));
    const last = await say(forgotten, bob);
    for (const seq of [...seqs, last]) {
      await send(ada, `${path}/messages/${seq}/reports`, "POST", { reason: "spam" });
      await send(bob, `${path}/messages/${seq}`, "DELETE");
    }
    expect(await filesWhenStored(word)).not.toEqual([]);
    for (const [i] of seqs.entries())
      await send(ada, `${path}/reports/${i + 1}`, "POST", { action: i % 2 === 0 ? "dismiss" : "delete" });
    expect(await filesWhenIdle(word)).toEqual([]);
    // One that is open keeps it.
    expect(await filesWhenStored(forgotten)).not.toEqual([]);
  });

  it.each([10, 200, 1_900])("data of %i characters, of messages that were deleted", async (length) => {
    const { say, edit, remove, chatter } = await newGroup();
    const word = markerFor(length, "attached");
    const seqs = [];
    for (const n of numbers(12)) seqs.push(await say(`order ${n}`, ada, { note: textOf(word, length) }));
    await chatter(10);
    expect(await filesWhenStored(word)).not.toEqual([]);
    for (const seq of seqs.slice(4)) await edit(seq, "another order, and a longer one");
    for (const seq of seqs) await remove(seq);
    expect(await filesWhenIdle(word)).toEqual([]);
  });

  it.each([6, 200, 9_900])("a message of %i characters that had reactions", async (length) => {
    const { say, remove, react, chatter } = await newGroup();
    const word = markerFor(length, "reacted");
    await chatter(3);
    const seq = await say(textOf(word, length));
    expect(await filesWhenStored(word)).not.toEqual([]);
    for (const emoji of ["👍", "🎉", "👩‍🚀", "❤️"]) await react(seq, emoji);
    await chatter(30);
    await remove(seq);
    expect(await filesWhenIdle(word)).toEqual([]);
  });

  it.each([
    [6, 2_000],
    [200, 20],
    [200, 2_000],
    [9_900, 20],
    [9_900, 10_000],
  ])("what a message of %i characters said before it was edited to %i", async (before, after) => {
    const { say, edit, chatter } = await newGroup();
    const [first, second] = [markerFor(before, "edited"), marker("edited again")];
    const seq = await say(textOf(first, before));
    expect(await filesWhenStored(first)).not.toEqual([]);
    await chatter(10);
    await edit(seq, textOf(second, 1_000));
    await chatter(60);
    await edit(seq, "z".repeat(after));
    expect(await filesWhenIdle(first)).toEqual([]);
    expect(await filesWhenIdle(second)).toEqual([]);
  });

  it("what many messages said before they were edited and deleted", async () => {
    const { say, edit, remove, react, chatter } = await newGroup();
    const word = marker("revised");
    const seqs = [];
    for (const n of numbers(12)) seqs.push(await say(textOf(word, 20 * n)));
    await chatter(20);
    for (const seq of seqs) await edit(seq, textOf(word, 100 * seq));
    for (const seq of seqs) await react(seq, "👍");
    await chatter(60);
    expect(await filesWhenStored(word)).not.toEqual([]);
    for (const seq of seqs.slice(6)) await edit(seq, "nothing of it ".repeat(seq * 4));
    for (const seq of seqs.slice(0, 6)) await remove(seq);
    expect(await filesWhenIdle(word)).toEqual([]);
  });

  it("what lists of threads showed of messages that were deleted and of threads that were renamed or deleted", async () => {
    const [preview, renamed, deleted] = [marker("preview"), marker("renamed"), marker("deleted")];
    // Each finds its place among the others by its id, and has SQLite move some of them.
    const groups = await Promise.all(
      numbers(24).map(async (n) => {
        const group = await newGroup(n % 2 === 0 ? renamed : deleted);
        return { group, seq: await group.say(preview) };
      }),
    );
    expect(await filesWhenStored(preview)).not.toEqual([]);
    await Promise.all(
      groups.map(async ({ group, seq }, i) => {
        await group.remove(seq);
        if (i % 2 === 1)
          await send(ada, group.path, "PATCH", {
            name: i % 4 === 1 ? "another name, and a longer one" : null,
          });
        else await send(ada, group.path, "DELETE");
      }),
    );
    expect(await filesWhenIdle(preview)).toEqual([]);
    expect(await filesWhenIdle(renamed)).toEqual([]);
    expect(await filesWhenIdle(deleted)).toEqual([]);
  });

  it("a name that a user had, in their profile and in their threads", async () => {
    // In capitals: the index of the search has names in small letters, and is not searched here.
    const former = marker("FORMER").toUpperCase();
    const id = marker("carol");
    const carol = { id, token: await tokenOf(id, former) };
    await send(carol, "/api/session", "POST");
    const threads = [];
    for (const name of ["one", "two"])
      threads.push(await send(carol, "/api/threads", "POST", { kind: "group", name, memberIds: [ada.id] }));
    threads.push(await send(carol, "/api/threads", "POST", { kind: "direct", memberIds: [bob.id] }));
    for (const thread of threads)
      await send(carol, `/api/threads/${thread?.id}/messages`, "POST", { body: "hello" });
    expect(await filesWhenStored(former)).not.toEqual([]);
    await send({ ...carol, token: await tokenOf(id, "Somebody with a longer name") }, "/api/session", "POST");
    expect(await filesWhenIdle(former)).toEqual([]);
  });
});
