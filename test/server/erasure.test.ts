/**
 * What was deleted is in no file of the objects any more, once they have been idle for some seconds: workerd then closes an
 * object's database, which copies its log (WAL) into the file and removes it.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { Server } from "../chaos/support/server.ts";
import { signIn, type SignedInUser } from "../chaos/support/users.ts";

let lilypad: Server;
let ada: SignedInUser;
let bob: SignedInUser;

/** A group for each test, all there before the first: a row that is added may have SQLite move others. */
const groups: Awaited<ReturnType<typeof newGroup>>[] = [];

beforeAll(async () => {
  lilypad = await Server.start({}, { inspector: false });
  const [first, second] = await signIn(lilypad, ["ada", "bob"]);
  if (!first || !second) throw new Error("nobody signed in");
  [ada, bob] = [first, second];
  for (let i = 0; i < 12; i++) groups.push(await newGroup());
});
afterAll(() => lilypad.stop());

/** A word that nothing else holds. */
const marker = (stem: string) => `${stem}-${crypto.randomUUID()}`;

/** A text of this length that holds a marker many times. */
const textOf = (word: string, length: number) =>
  `${word} `.repeat(Math.ceil(length / word.length)).slice(0, length);

/** The files of all objects that hold a text. */
async function filesWith(text: string): Promise<string[]> {
  const files = await readdir(lilypad.storage, { recursive: true, withFileTypes: true });
  const found = [];
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    // One that was removed meanwhile holds nothing.
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (bytes.includes(text)) found.push(path.slice(lilypad.storage.length + 1));
  }
  return found;
}

async function send(user: SignedInUser, path: string, method: string, body?: object) {
  const response = await fetch(lilypad.url + path, {
    method,
    headers: { authorization: `Bearer ${user.token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? undefined : ((await response.json()) as { id: string; seq: number });
}

function group() {
  const next = groups.pop();
  if (!next) throw new Error("no group is left");
  return next;
}

/** A group of both, in which one has written before. */
async function newGroup() {
  const thread = await send(ada, "/api/threads", "POST", { kind: "group", memberIds: [bob.id] });
  const messages = `/api/threads/${thread?.id}/messages`;
  for (let i = 0; i < 20; i++) await send(bob, messages, "POST", { body: `chatter ${i}` });
  return { path: `/api/threads/${thread?.id}`, messages };
}

/** The objects close their databases when they have been idle for some 10 s. */
const WHEN_IDLE = { interval: 500 };

// All at once, since each waits for its objects to be idle. So each has an `expect` of its own: the global one belongs to
// whichever test began last, or to none.
describe.concurrent("in no file is", () => {
  it.for([6, 200, 3_000, 9_900])(
    "a message of %i characters that was deleted",
    async (length, { expect }) => {
      const { messages } = group();
      const word = length < 36 ? crypto.randomUUID().slice(0, length) : marker("deleted");
      const message = await send(ada, messages, "POST", { body: textOf(word, length) });
      await expect.poll(() => filesWith(word)).not.toEqual([]);
      await send(bob, messages, "POST", { body: "more chatter" });
      await send(ada, `${messages}/${message?.seq}`, "DELETE");
      await expect.poll(() => filesWith(word), WHEN_IDLE).toEqual([]);
    },
  );

  it.for([200, 3_000, 9_900])(
    "a newest message of %i characters that was deleted, and its preview",
    async (length, { expect }) => {
      const { messages } = group();
      const word = marker("newest");
      const message = await send(ada, messages, "POST", { body: textOf(word, length) });
      await expect.poll(() => filesWith(word)).not.toEqual([]);
      await send(ada, `${messages}/${message?.seq}`, "DELETE");
      await expect.poll(() => filesWith(word), WHEN_IDLE).toEqual([]);
    },
  );

  it.for([
    [200, 20],
    [200, 2_000],
    [9_900, 20],
    [9_900, 10_000],
  ])(
    "what a message of %i characters said before it was edited to %i",
    async ([before = 0, after = 0], { expect }) => {
      const { messages } = group();
      const word = marker("edited");
      const message = await send(ada, messages, "POST", { body: textOf(word, before) });
      await expect.poll(() => filesWith(word)).not.toEqual([]);
      await send(ada, `${messages}/${message?.seq}`, "PATCH", { body: "z".repeat(after) });
      await expect.poll(() => filesWith(word), WHEN_IDLE).toEqual([]);
    },
  );
});

it("in no file is anything of a thread that was deleted", async ({ expect }) => {
  const { path, messages } = group();
  const word = marker("thread");
  for (const length of [100, 9_900]) await send(ada, messages, "POST", { body: textOf(word, length) });
  await expect.poll(() => filesWith(word)).not.toEqual([]);
  await send(ada, path, "DELETE");
  await expect.poll(() => filesWith(word), WHEN_IDLE).toEqual([]);
});
