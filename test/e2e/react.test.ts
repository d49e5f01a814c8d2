/**
 * React, as Vite's template for it sets it up: in development its StrictMode mounts each component, takes it away and mounts
 * it again, with the same state. The documented hook is read from the client's own page.
 */
import { mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { build, type Rolldown } from "vite";
import { launchBrowser } from "./browser.ts";
import { newGroup, person, type Person } from "./people.ts";
import { serveHtml } from "./sites.ts";

let browser: Browser;
beforeAll(async () => void (browser = await launchBrowser()));
afterAll(() => browser.close());

/** The hook that the client's page shows. */
const [, HOOK = ""] = /```jsx\n(import [^]*?)```/.exec(await readFile("src/client/README.md", "utf8")) ?? [];

/** Builds an application around this component, with a development build of React, and opens it in the browser. */
async function openApp(ada: Person, threadId: string, app: string): Promise<Page> {
  const directory = await mkdtemp(join(inject("scratch"), "react-"));
  await symlink(resolve("node_modules"), join(directory, "node_modules"));
  await writeFile(
    join(directory, "lilypad.js"),
    `export * from ${JSON.stringify(resolve("dist/client/client.js"))};`,
  );
  await writeFile(
    join(directory, "main.jsx"),
    `import { StrictMode, useState } from "react";
    import { createRoot } from "react-dom/client";
    import { createClient } from "./lilypad.js";
    ${HOOK}
    const threadId = ${JSON.stringify(threadId)};
    const client = createClient({
      url: ${JSON.stringify(inject("url"))},
      getToken: () => ${JSON.stringify(ada.token)},
      outboxStorage: null,
    });
    window.client = client;
    ${app}
    createRoot(document.getElementById("root")).render(<StrictMode><App /></StrictMode>);`,
  );
  await writeFile(
    join(directory, "index.html"),
    `<div id="root"></div><script type="module" src="/main.jsx"></script>`,
  );
  const built = await build({
    root: directory,
    configFile: false,
    logLevel: "error",
    mode: "development",
    define: { "process.env.NODE_ENV": '"development"' },
    build: { write: false, minify: false },
  });
  // Without a watcher, one configuration has one output: this script and the page.
  const [{ code }] = (built as Rolldown.RolldownOutput).output;
  const site = await serveHtml(`<!doctype html><title>A React site</title><div id="root"></div>
    <script type="module">${code.replaceAll("</script", "<\\/script")}</script>`);
  const page = await browser.newPage();
  page.once("close", () => site.close());
  await page.goto(site.url);
  return page;
}

/** What the page shows of the thread: its connection, and its messages. */
const shown =
  (page: Page, part = "main") =>
  () =>
    page.locator(part).textContent();

async function threadWithMessage() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const threadId = await newGroup(ada, bob);
  const say = (body: string) => bob.call("POST", `/api/threads/${threadId}/messages`, { body });
  await say("Hello");
  return { ada, threadId, say };
}

const SHOW = `
  const Show = ({ state }) => <>{state.connection}: {state.messages.map(({ body }) => body).join()}</>;`;

describe("in StrictMode", () => {
  it("the documented hook shows a thread, live", async () => {
    const { ada, threadId, say } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `${SHOW}
      function App() {
        return <main><Show state={useRoom(client, threadId)} /></main>;
      }`,
    );
    await expect.poll(shown(page)).toBe("open: Hello");
    await say("Still here?");
    await expect.poll(shown(page)).toBe("open: Hello,Still here?");
    await page.close();
  });

  it("an effect that opens a room and closes it shows a thread, live", async () => {
    const { ada, threadId, say } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `${SHOW}
      function App() {
        const [state, setState] = useState();
        useEffect(() => {
          const room = client.thread(threadId);
          const unsubscribe = room.subscribe(setState);
          return () => {
            unsubscribe();
            room.close();
          };
        }, []);
        return <main>{state && <Show state={state} />}</main>;
      }`,
    );
    await expect.poll(shown(page)).toBe("open: Hello");
    await say("Still here?");
    await expect.poll(shown(page)).toBe("open: Hello,Still here?");
    await page.close();
  });

  it("two components share a room: it stays open while one of them shows it, and is closed after the last", async () => {
    const { ada, threadId, say } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `${SHOW}
      function Chat({ at }) {
        return <p id={at}><Show state={useRoom(client, threadId)} /></p>;
      }
      function App() {
        const [left, setLeft] = useState(true);
        const [right, setRight] = useState(true);
        return <main>
          {left && <Chat at="left" />}
          {right && <Chat at="right" />}
          <button onClick={() => setLeft(false)}>Close left</button>
          <button onClick={() => setRight(!right)}>Toggle right</button>
        </main>;
      }`,
    );
    await expect.poll(shown(page, "#left")).toBe("open: Hello");
    await page.getByRole("button", { name: "Close left" }).click();
    await say("Still here?");
    await expect.poll(shown(page, "#right")).toBe("open: Hello,Still here?");
    const room = await page.evaluateHandle(`client.thread(${JSON.stringify(threadId)})`);
    const connection = () =>
      room.evaluate((held) => (held as { getSnapshot(): { connection: string } }).getSnapshot().connection);
    await page.getByRole("button", { name: "Toggle right" }).click();
    await expect.poll(connection).toBe("stopped");
    await page.getByRole("button", { name: "Toggle right" }).click();
    await expect.poll(shown(page, "#right")).toBe("open: Hello,Still here?");
    await page.close();
  });

  it("presence is online, and follows whom a component watches", async () => {
    const { ada, threadId } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `function App() {
        const presence = useMemo(() => client.presence(), []);
        const state = useSyncExternalStore(presence.subscribe, presence.getSnapshot);
        useEffect(() => presence.watch([${JSON.stringify(ada.id)}]), [presence]);
        useEffect(() => presence.retain(), [presence]);
        return <main>{state.connection}: {state.unreadThreads}, {state.presence[${JSON.stringify(ada.id)}]?.status}</main>;
      }`,
    );
    await expect.poll(shown(page)).toBe("open: 1, online");
    await page.close();
  });
});
