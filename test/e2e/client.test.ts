/** The client as others use it: the built module in Node, in a Worker and in a page of another site, and its documentation. */
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { WAIT_LIMIT_MS } from "../support/wait-limit.ts";
import { sharedBrowser } from "./browser.ts";
import { examplesOf } from "./doc-examples.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { newGroup, person, type Person } from "./people.ts";
import { serveHtml, startScript } from "./sites.ts";

const browser = await sharedBrowser();

type ClientModule = typeof import("../../src/client/client.ts");
const CLIENT = "../../dist/client/client.js";
const { createClient } = (await import(CLIENT)) as ClientModule;
const { createModeration } = (await import(
  "../../dist/client/moderation.js" as string
)) as typeof import("../../src/client/moderation/moderation.ts");
const { createContacts } = (await import(
  "../../dist/client/contacts.js" as string
)) as typeof import("../../src/client/contacts/contacts.ts");

/** Asks until it is so: what an example shows comes when the server has answered. */
async function becomes(expression: string, look: () => Promise<unknown>, expected: unknown): Promise<void> {
  let found: unknown;
  for (
    const end = Date.now() + WAIT_LIMIT_MS;
    Date.now() < end;
    await new Promise((turn) => setTimeout(turn, 10))
  ) {
    found = await look().catch((error: Error) => error);
    if (isDeepStrictEqual(found, expected)) return;
  }
  expect(found, expression).toEqual(expected);
}

describe("the documentation of the client", () => {
  it("shows what is so, in Node", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const threadId = await newGroup(ada, bob);
    await ada.call("PATCH", `/api/threads/${threadId}`, { name: "Pond" });
    const other = await newGroup(ada, bob);
    await ada.call("PATCH", `/api/threads/${other}`, { name: "Reeds" });
    const shown: unknown[] = [];
    const given = {
      createClient,
      createModeration,
      createContacts,
      url: inject("url"),
      getToken: () => ada.token,
      threadId,
      bob,
      show: (...what: unknown[]) => shown.push(what),
      becomes: async (...args: Parameters<typeof becomes>) => {
        // Somebody else writes, as in life.
        if (args[0].includes("unreadThreads")) {
          await bob.call("POST", `/api/threads/${other}/messages`, { body: "Croak" });
        }
        await becomes(...args);
      },
    };
    const run = await examplesOf("src/client/README.md", "const client = createClient");
    await run(given);
    expect(shown).toContainEqual(["open", 0]);
    expect(shown).toContainEqual(["Bob", "Croak"]);
  });
});

describe("presence", () => {
  it("is opened again where it was closed and is asked for again", async () => {
    const ada = await person("Ada");
    const client = createClient({ url: inject("url"), getToken: () => ada.token, outboxStorage: null });
    const connection = () => client.presence().getSnapshot().connection;
    await expect.poll(connection).toBe("open");
    const presence = client.presence();
    presence.close();
    expect(presence.getSnapshot().connection).toBe("stopped");
    await expect.poll(connection).toBe("open");
    client.close();
  });
});

describe("the three lines of the README", () => {
  it("show a thread on a page of another site", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const threadId = await newGroup(ada, bob);
    await bob.call("POST", `/api/threads/${threadId}/messages`, { body: "Hello from Bob" });
    const [, lines = ""] = /```js\n(import [^]*?)```/.exec(await readFile("README.md", "utf8")) ?? [];
    expect(await readFile("src/client/README.md", "utf8")).toContain(lines);
    const site = await serveHtml(`<!doctype html><title>Another site</title><body><script type="module">
      const getToken = () => ${JSON.stringify(ada.token)};
      const threadId = ${JSON.stringify(threadId)};
      const render = (messages) => { document.body.dataset.shown = messages.map(({ body }) => body).join(); };
      ${lines.replaceAll("https://chat.example.com", inject("url"))}
    </script>`);
    const { context, page } = await takePage(browser, DESKTOP);
    try {
      await page.goto(site.url);
      await expect.poll(() => page.locator("body").getAttribute("data-shown")).toBe("Hello from Bob");
    } finally {
      await releasePage(context);
      site.close();
    }
  });
});

describe("the part that comes later", () => {
  it("is not loaded before a thread is open, and everything else goes on without it", async () => {
    const people = await Promise.all(["Ada", "Bob", "Cy"].map((name) => person(name)));
    const [ada] = people as [Person];
    const threadId = await newGroup(...(people as [Person]));
    // No more of each than the rate limit takes at once.
    for (const one of people)
      for (let count = 0; count < 18; count++)
        await one.call("POST", `/api/threads/${threadId}/messages`, { body: "Hello" });
    const site = await serveHtml(`<!doctype html><title>Another site</title><script type="module">
      import { createClient } from ${JSON.stringify(`${inject("url")}/client.js`)};
      const client = createClient({ url: ${JSON.stringify(inject("url"))}, getToken: () => ${JSON.stringify(ada.token)} });
      window.enter = () => (window.room = client.thread(${JSON.stringify(threadId)}));
    </script>`);
    const { context, page } = await takePage(browser, DESKTOP);
    try {
      const chunks: string[] = [];
      await page.route(/\/chunks\//, (route) => {
        chunks.push(route.request().url());
        return route.abort();
      });
      await page.goto(site.url);
      await page.waitForFunction("window.enter");
      expect(chunks).toEqual([]);
      const outcome = await page.evaluate(`(async () => {
        const room = window.enter();
        await room.send("Without it");
        const failed = await room.loadOlder().catch(({ code }) => code);
        return [failed, room.getSnapshot().messages.length, room.getSnapshot().loadingBefore];
      })()`);
      expect(outcome).toEqual(["offline", 51, false]);
      // Once by its name, and once by another.
      expect(new Set(chunks.map((url) => url.split("?")[0])).size).toBe(1);
    } finally {
      await releasePage(context);
      site.close();
    }
  });

  it("is fetched again once it can be, on the same page", async () => {
    const ada = await person("Ada");
    const threadId = await newGroup(ada);
    const site = await serveHtml(`<!doctype html><title>Another site</title><script type="module">
      import { createClient } from ${JSON.stringify(`${inject("url")}/client.js`)};
      const client = createClient({ url: ${JSON.stringify(inject("url"))}, getToken: () => ${JSON.stringify(ada.token)} });
      window.load = async () => {
        const room = client.thread(${JSON.stringify(threadId)});
        await room.send("Hello");
        return room.loadMembers().then(() => room.getSnapshot().members.length, ({ code }) => code);
      };
    </script>`);
    const { context, page } = await takePage(browser, DESKTOP);
    try {
      await page.route(/\/chunks\//, (route) => route.abort());
      await page.goto(site.url);
      await page.waitForFunction("window.load");
      expect(await page.evaluate("window.load()")).toBe("offline");
      await page.unrouteAll({ behavior: "wait" });
      expect(await page.evaluate("window.load()")).toBe(1);
    } finally {
      await releasePage(context);
      site.close();
    }
  });
});

describe("in Node", () => {
  it("leaves nothing behind once it is closed: the process ends by itself", async () => {
    const ada = await person("Ada");
    const threadId = await newGroup(ada);
    const script = `
      import { createClient } from ${JSON.stringify(resolve("dist/client/client.js"))};
      const client = createClient({ url: ${JSON.stringify(inject("url"))}, getToken: () => ${JSON.stringify(ada.token)} });
      const presence = client.presence();
      presence.watch(["somebody"]);
      const room = client.thread(${JSON.stringify(threadId)});
      await room.send("Hello from Node");
      room.typing();
      room.read(1);
      room.send("not waited for");
      client.close();
      console.log(room.getSnapshot().messages.length);`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      timeout: WAIT_LIMIT_MS,
    });
    expect(output).toBe("1\n");
  });
});

describe("in a Worker", () => {
  it("signs in with a token, sends and closes", async () => {
    const ada = await person("Ada");
    const threadId = await newGroup(ada);
    const worker = await startScript(
      `import { createClient } from "client.js";
      export default {
        async fetch() {
          const client = createClient({ url: ${JSON.stringify(inject("url"))}, getToken: () => ${JSON.stringify(ada.token)} });
          const { name } = await client.api.user(${JSON.stringify(ada.id)});
          const room = client.thread(${JSON.stringify(threadId)});
          const { seq } = await room.send("Hello from a Worker");
          await room.loadMembers();
          client.close();
          return Response.json({ name, seq, members: room.getSnapshot().members.length });
        },
      };`,
      Object.fromEntries(
        globSync("**/*.js", { cwd: "dist/client" }).map((name) => [name, `dist/client/${name}`]),
      ),
    );
    try {
      const response = await fetch(worker.url);
      expect(await response.json()).toEqual({ name: "Ada", seq: 1, members: 1 });
    } finally {
      worker.stop();
    }
  });
});
